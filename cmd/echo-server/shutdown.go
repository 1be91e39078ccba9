package main

import "github.com/eddy-go/eddy"

// lastAccepts bounds the clients that are taken from one listener's queue after the signal, so that a crowd that goes
// on connecting does not keep the server. Picked: the longest queue that Linux allows by default (somaxconn).
const lastAccepts = 4096

// askToStop begins the stop. What the loop does then is serve's business. From a task.
func (s *server) askToStop() {
	s.stopAsked = true
	s.asked.changed()
}

func (s *server) untilStopIsAsked() eddy.Future[struct{}] {
	return s.asked.until("a signal to stop", func() bool { return s.stopAsked })
}

// shutDown ends serving: what has reached our sockets is echoed, what has not is not waited for. Its error says that
// the clients could not be waited for.
func (s *server) shutDown(accepting []*eddy.JoinHandle[struct{}]) error {
	s.log.Info("stopping", "clients", len(s.clients), "timeout", s.options.shutdownTimeout)
	return s.rt.WithTimeout(s.options.shutdownTimeout, func() error {
		for _, task := range accepting {
			task.Cancel()
			if _, err := task.Join(); err != nil {
				return err
			}
		}
		s.stopping = true
		s.lastHandshakes = s.rt.Now().Add(lastHandshakeLimit)
		for _, c := range s.clients {
			c.interrupt()
		}
		for _, l := range s.listeners {
			if err := s.acceptWaiting(l); err != nil {
				return err
			}
			l.Close()
		}
		_, err := eddy.Await(s.rt, s.gone.until("the last client to leave", func() bool { return len(s.clients) == 0 }))
		return err
	})
}

// acceptWaiting takes in the clients that were connected before the signal and not accepted yet: for them the server
// was there, and closing the listener would reset them. The kernel is asked whether there is one, because the loop may
// not have heard of the last ones. Their places become free as the others end.
func (s *server) acceptWaiting(l *eddy.TCPListener) error {
	for range lastAccepts {
		if !connectionWaits(l) {
			return nil
		}
		stream, err := eddy.Await(s.rt, s.places.admit(l))
		if err != nil {
			return err
		}
		s.welcome(stream)
	}
	return nil
}
