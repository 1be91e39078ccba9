//! peer-tokio: an echo server on tokio's current_thread runtime, a task for each connection.
//!
//! usage: peer-tokio PORT     (0: the kernel picks; the first line on stderr tells which)
//! SIGTERM or SIGINT: one line of JSON with what it counted on stderr, exit 0.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::signal::unix::{signal, SignalKind};

// A task's buffer begins with one page, so that an idle connection holds no more, and doubles each time a read fills it,
// up to what the yardstick reads at once. All are picked; the backlog is the usual limit of the kernel.
const FIRST_BUFFER: usize = 4 << 10;
const LARGEST_BUFFER: usize = 64 << 10;
const BACKLOG: u32 = 4096;

// One thread: atomic only because tasks must be Send.
static BYTES: AtomicU64 = AtomicU64::new(0);
static ACCEPTS: AtomicU64 = AtomicU64::new(0);

/// Ends with the client's end of sending, when all that came before has been written, or with a broken connection.
async fn echo(mut stream: TcpStream) {
    let mut buffer = vec![0; FIRST_BUFFER];
    loop {
        let n = match stream.read(&mut buffer).await {
            Ok(n) if n > 0 => n,
            _ => return,
        };
        if stream.write_all(&buffer[..n]).await.is_err() {
            return;
        }
        BYTES.fetch_add(n as u64, Relaxed);
        if n == buffer.len() && n < LARGEST_BUFFER {
            buffer = vec![0; 2 * n];
        }
    }
}

fn listen(port: u16) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(([127, 0, 0, 1], port).into())?;
    socket.listen(BACKLOG)
}

async fn accept_all(listener: TcpListener) -> std::io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        ACCEPTS.fetch_add(1, Relaxed);
        // Fails on a connection that is gone already, and then the first read does too.
        let _ = stream.set_nodelay(true);
        tokio::spawn(echo(stream));
    }
}

fn raise_descriptor_limit() -> std::io::Result<()> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    let done = unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) == 0 && {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit) == 0
        }
    };
    if done {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error())
    }
}

async fn serve(port: u16) -> std::io::Result<()> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let listener = listen(port)?;
    eprintln!("listening {}", listener.local_addr()?);
    let accepting = tokio::spawn(accept_all(listener));
    tokio::select! {
        ended = accepting => return ended?,
        _ = term.recv() => {}
        _ = interrupt.recv() => {}
    }
    eprintln!(
        "{{\"bytes\":{},\"accepts\":{}}}",
        BYTES.load(Relaxed),
        ACCEPTS.load(Relaxed)
    );
    Ok(())
}

fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let port = match arguments.as_slice() {
        [port] => port.parse().ok(),
        _ => None,
    };
    let port = match port {
        Some(port) => port,
        None => {
            eprintln!("usage: peer-tokio PORT");
            std::process::exit(2);
        }
    };
    raise_descriptor_limit()?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve(port))
}
