//go:build linux

package main

// ownCount is a counter of echo-server, and what it is called here.
type ownCount struct{ field, name string }

var (
	echoCounts = []ownCount{
		{"waits", "waits"},
		{"receives", "receives"},
		{"sends", "sends"},
		{"registers", "registers"},
		{"deregisters", "deregisters"},
		{"turns", "turns"},
		{"polls", "polls"},
		{"wakes", "wakes"},
		{"events", "events"},
		{"spawned", "spawns"},
		{"posts", "posts"},
		{"kicks", "kicks"},
	}
	visitCounts = []ownCount{
		{"waits", "waits"},
		{"accepts", "accepts"},
		{"registers", "registers"},
		{"deregisters", "deregisters"},
		{"receives", "receives"},
		{"sends", "sends"},
		{"shutdowns", "shutdowns"},
		{"closes", "closes"},
		{"turns", "turns"},
		{"polls", "polls"},
		{"wakes", "wakes"},
		{"events", "events"},
		{"spawned", "spawns"},
		{"posts", "posts"},
		{"kicks", "kicks"},
	}
	crowdCounts = []ownCount{
		{"waits", "waits"},
		{"receives", "receives"},
		{"sends", "sends"},
		{"turns", "turns"},
		{"polls", "polls"},
		{"wakes", "wakes"},
		{"events", "events"},
	}
)

// count measures what the server counts itself.
func (p *program) count(dir string) ([]quantity, error) {
	s, err := p.start(dir)
	if err != nil {
		return nil, err
	}
	defer s.kill()
	c, err := s.dial()
	if err != nil {
		return nil, err
	}
	defer c.end()
	var found []quantity
	add := func(counts []ownCount, per string, n int, do func(int) error) error {
		one, err := each(n, do, s.whenQuiet(s.counters))
		for _, k := range counts {
			found = append(found, quantity{"counters", p.name + ": " + k.name + " per " + per, one[k.field], exact})
		}
		return err
	}
	if err := add(echoCounts, "echo", 1000, c.echo); err != nil {
		return nil, err
	}
	if err := add(visitCounts, "visit", 200, s.quietVisits); err != nil {
		return nil, err
	}
	w, err := s.gather()
	if err != nil {
		return nil, err
	}
	defer w.end()
	return found, add(crowdCounts, "64 echoes at once", 60, w.echo)
}

// whenQuiet reads counters when the server is back in its wait: how a reading ends that wait is then the same each time.
func (s *server) whenQuiet(read func() (map[string]float64, error)) func() (map[string]float64, error) {
	return func() (map[string]float64, error) {
		if err := s.quiet(); err != nil {
			return nil, err
		}
		return read()
	}
}

// each returns what one more of something adds to counters: they are read after none of it, n of it and 2n more, and
// what reading them costs cancels out.
func each(n int, do func(int) error, read func() (map[string]float64, error)) (map[string]float64, error) {
	var at [3]map[string]float64
	for i := range at {
		if err := do(i * n); err != nil {
			return nil, err
		}
		var err error
		if at[i], err = read(); err != nil {
			return nil, err
		}
	}
	one := make(map[string]float64)
	for name := range at[0] {
		one[name] = (at[2][name] - 2*at[1][name] + at[0][name]) / float64(n)
	}
	return one, nil
}
