// peer-node: an echo server on node's net module.
//
// A piece that was read is written at once; when the socket does not take all of it, node queues the rest, and reading
// stops until the queue has drained. The end of the stream ends the other side after what is queued.
//
// usage: peer-node PORT
// SIGUSR1: unused memory is collected, and a line on stderr says so.
// SIGTERM or SIGINT: one line of JSON with its own counters on stderr, exit 0.

'use strict';

const fs = require('fs');
const net = require('net');
const v8 = require('v8');
const vm = require('vm');

const backlog = 4096; // picked: the usual limit of the kernel

const port = Number(process.argv[2]);
if (process.argv.length !== 3 || !Number.isInteger(port) || port < 0 || port > 65535) {
  process.stderr.write('usage: peer-node PORT\n');
  process.exit(2);
}

let accepts = 0;
let received = 0; // bytes
let recvs = 0; // pieces

function serve(socket) {
  accepts++;
  socket.on('data', (piece) => {
    recvs++;
    received += piece.length;
    if (!socket.write(piece)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
  socket.on('end', () => socket.end());
  socket.on('error', () => socket.destroy());
}

// "bytes" are those that were handed to the socket; it is the number that was echoed once all connections have ended.
function stop() {
  fs.writeSync(2, `${JSON.stringify({ bytes: received, accepts, recvs })}\n`);
  process.exit(0);
}

// The collector has no name that a program could call, unless V8 is asked for one.
function collect() {
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  fs.writeSync(2, 'memory given back\n');
}

process.on('SIGUSR1', collect);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

// node itself raises the limit of open files, and sets SO_REUSEADDR.
net.createServer({ allowHalfOpen: true, noDelay: true }, serve).listen({ port, host: '127.0.0.1', backlog });
