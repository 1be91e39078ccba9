//go:build linux

package main

import "slices"

// allocations measures what Go's runtime allocates for an echo and for a visit.
func (p *program) allocations(dir string) ([]quantity, error) {
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
	read := func() (map[string]float64, error) {
		m, err := s.ask(false)
		return map[string]float64{"objects": m.mallocs, "bytes": m.allocated}, err
	}
	echo, err := each(10000, c.echo, read)
	if err != nil {
		return nil, err
	}
	visit, err := each(500, s.visits, read)
	if err != nil {
		return nil, err
	}
	return []quantity{
		{"allocations", p.name + ": allocations per echo", echo["objects"], exact},
		{"allocations", p.name + ": allocations per visit", visit["objects"], share},
		{"allocations", p.name + ": bytes allocated per visit", visit["bytes"], sized},
	}, nil
}

const (
	idle       = 4000 // connections that are held
	idleRounds = 3
)

// idleMemory measures what one more idle connection holds, that has made one echo: the difference between few and many,
// when unused memory has been given back. The medians of some processes.
func (p *program) idleMemory(dir string) ([]quantity, error) {
	var heap, stacks, resident []float64
	for range idleRounds {
		m, err := p.hold(dir)
		if err != nil {
			return nil, err
		}
		heap, stacks, resident = append(heap, m.heap), append(stacks, m.stacks), append(resident, m.resident)
	}
	return []quantity{
		{"memory", p.name + ": bytes of objects per idle connection", median(heap), sized},
		{"memory", p.name + ": bytes of stacks per idle connection", median(stacks), sized},
		{"memory", p.name + ": resident bytes per idle connection", median(resident), sized},
	}, nil
}

func (p *program) hold(dir string) (one memory, err error) {
	s, err := p.start(dir)
	if err != nil {
		return one, err
	}
	defer s.kill()
	few, err := s.ask(true)
	if err != nil {
		return one, err
	}
	for range idle {
		c, err := s.dial()
		if err != nil {
			return one, err
		}
		defer c.conn.Close()
		if err := c.echo(1); err != nil {
			return one, err
		}
	}
	many, err := s.ask(true)
	return memory{
		heap:     (many.heap - few.heap) / idle,
		stacks:   (many.stacks - few.stacks) / idle,
		resident: (many.resident - few.resident) / idle,
	}, err
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}
