package executor

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A list of joins holds who came and has not left, in their order, whoever leaves.
func TestJoinListIsInOrder(t *testing.T) {
	var l joinList
	var want []*joinNode
	nodes := make([]joinNode, 5)
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		n := &nodes[random.IntN(len(nodes))]
		if i := slices.Index(want, n); i < 0 {
			l.add(n)
			want = append(want, n)
		} else {
			l.add(n) // once more, which changes nothing
			l.remove(n)
			l.remove(n)
			want = slices.Delete(want, i, i+1)
		}
		var got []*joinNode
		for n := l.first; n != nil; n = n.next {
			got = append(got, n)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d joins in the list, want %d, or in another order", len(got), len(want))
		}
	}
}
