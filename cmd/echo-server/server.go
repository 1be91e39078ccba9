package main

import (
	"crypto/tls"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/eddy-go/eddy"
)

// server is the listeners, the clients, and what is counted. It belongs to the tasks of its runtime.
type server struct {
	rt      *eddy.Runtime
	options options
	log     *slog.Logger
	handle  func(*client) error // serves one client until it has ended

	listeners []*eddy.TCPListener
	clients   []*client
	places    places
	gone      condition // changes when the last client has gone

	stopAsked bool      // stopping follows as soon as the main task has seen it
	asked     condition // changes with stopAsked
	stopping  bool      // clients end after what is there now
	failure   error     // a listener that cannot go on

	lastHandshakes time.Time // when all handshakes must have ended, once it is stopping

	tls         *tls.Config      // nil: clients do not speak TLS
	certificate *tls.Certificate // of the next handshake
	reloading   bool             // also while the first certificate is loaded
	reloadAgain bool             // the files are looked at once more

	announced  bool
	saidFull   time.Time
	totals     totals
	finalStats eddy.Stats // of the moment when serving ended
}

func newServer(rt *eddy.Runtime, o options, log *slog.Logger) *server {
	s := &server{rt: rt, options: o, log: log, handle: (*client).echo}
	s.places = places{free: o.maxConns, whenTaken: s.sayFull}
	return s
}

// announce is the first line of the log.
func (s *server) announce() {
	s.announced = true
	s.log.Info("listening", "listen", strings.Join(s.addresses(), ","), "kernel", s.rt.KernelName(), "pid", os.Getpid())
	if s.certificate != nil {
		s.logCertificate("certificate loaded")
	}
	s.warnOfDescriptorLimit()
}

// serve accepts clients until it is asked to stop, and lets them end.
func (s *server) serve() error {
	defer func() {
		s.finalStats = s.rt.Stats()
		s.countBytes(s.finalStats)
	}()

	accepting := make([]*eddy.JoinHandle[struct{}], len(s.listeners))
	for i, l := range s.listeners {
		accepting[i] = s.rt.Spawn(func() { s.acceptFrom(l) })
	}
	if _, err := eddy.Await(s.rt, s.untilStopIsAsked()); err != nil {
		return err
	}
	if err := s.shutDown(accepting); err != nil {
		return err
	}
	return s.failure
}

// acceptFrom takes in clients for ever.
func (s *server) acceptFrom(l *eddy.TCPListener) {
	next := s.places.admit(l)
	for {
		stream, err := eddy.Await(s.rt, next)
		switch {
		case err == nil:
			s.welcome(stream)
		case s.stopAsked:
			return
		default:
			s.log.Error("listener failed", "listen", nameOf(l.Addr()), "error", err)
			s.failure = err
			s.askToStop()
			return
		}
	}
}

// welcome starts the task of a client that was admitted.
func (s *server) welcome(stream *eddy.TCPStream) {
	s.totals.connections++
	c := &client{server: s, stream: stream, index: len(s.clients)}
	s.clients = append(s.clients, c)
	s.rt.Spawn(c.serve)
}

// forget takes a client that has ended out of the list and gives its place back.
func (s *server) forget(c *client) {
	last := len(s.clients) - 1
	s.clients[c.index] = s.clients[last]
	s.clients[c.index].index = c.index
	s.clients[last] = nil
	s.clients = s.clients[:last]
	s.places.giveBack()
	if last == 0 {
		s.gone.changed()
	}
}
