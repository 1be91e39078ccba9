package micro

import (
	"errors"

	"github.com/eddy-go/eddy"
	"github.com/eddy-go/eddy/esync"
)

// One operation is a number there and back, over two channels with room for one.
var pingPongs = contest{
	{"eddy", func(_ stopwatch, n int) (done int, err error) {
		err = eddy.BlockOn(func(rt *eddy.Runtime) error {
			pings, pongs := esync.NewChan[int](1), esync.NewChan[int](1)
			rt.Spawn(func() {
				for i := range pings.All(rt) {
					if pongs.Send(rt, i) != nil {
						return
					}
				}
			})
			for ; done < n; done++ {
				if err := pings.Send(rt, done); err != nil {
					return err
				}
				back, err := pongs.Recv(rt)
				if err != nil {
					return err
				}
				if back != done {
					return errWrongPong
				}
			}
			return pings.Close()
		})
		return done, err
	}},
	{"goroutines", func(_ stopwatch, n int) (done int, err error) {
		pings, pongs := make(chan int, 1), make(chan int, 1)
		defer close(pings)
		go func() {
			for i := range pings {
				pongs <- i
			}
		}()
		for ; done < n; done++ {
			pings <- done
			if <-pongs != done {
				return done, errWrongPong
			}
		}
		return done, nil
	}},
}

var errWrongPong = errors.New("another number came back")
