//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package kernel

// descriptorSet is a set of descriptors: one bit for each. Systems give out the lowest free number, so it stays as
// small as the number of open files. Its zero value is empty.
type descriptorSet []uint64

func (s descriptorSet) has(fd int) bool {
	word := uint(fd) / 64
	return word < uint(len(s)) && s[word]&(1<<(uint(fd)%64)) != 0
}

// add puts fd, which is not negative, into the set.
func (s *descriptorSet) add(fd int) {
	for fd/64 >= len(*s) {
		*s = append(*s, 0)
	}
	(*s)[fd/64] |= 1 << (fd % 64)
}

// remove takes fd out of the set, if it is there.
func (s descriptorSet) remove(fd int) {
	if s.has(fd) {
		s[fd/64] &^= 1 << (fd % 64)
	}
}
