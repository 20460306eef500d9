//! A network namespace without a name: it exists as long as this process holds it open, and the kernel
//! removes it, with its links, routes and rules, when the process ends in whatever way.

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::Namespace;
#[cfg(target_os = "linux")]
pub(super) use linux::Namespace;

#[cfg(target_os = "linux")]
mod linux {
    use nix::sched::{CloneFlags, setns, unshare};
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::{io, thread};

    /// An open network namespace.
    #[derive(Debug)]
    pub(in crate::network::testbed) struct Namespace {
        handle: File,
    }

    impl Namespace {
        /// A new, empty namespace: one loopback device, which is down.
        pub(in crate::network::testbed) fn create() -> io::Result<Self> {
            // Only the thread that asks is moved, and it ends here: the process stays where it was.
            let handle = on_own_thread(|| {
                unshare(CloneFlags::CLONE_NEWNET)?;
                File::open("/proc/thread-self/ns/net")
            })?;
            Ok(Self { handle })
        }

        /// Runs `work` on a thread of its own inside this namespace. Sockets that it opens stay in the
        /// namespace wherever they are used, and so do the processes that it starts.
        pub(in crate::network::testbed) fn enter<T: Send>(
            &self,
            work: impl FnOnce() -> io::Result<T> + Send,
        ) -> io::Result<T> {
            on_own_thread(|| {
                setns(&self.handle, CloneFlags::CLONE_NEWNET)?;
                work()
            })
        }

        /// A path by which a child process, `ip` above all, finds this namespace.
        pub(in crate::network::testbed) fn path(&self) -> String {
            format!("/proc/{}/fd/{}", std::process::id(), self.handle.as_raw_fd())
        }
    }

    fn on_own_thread<T: Send>(work: impl FnOnce() -> io::Result<T> + Send) -> io::Result<T> {
        thread::scope(|scope| {
            let thread = thread::Builder::new().spawn_scoped(scope, work)?;
            thread.join().map_err(|_| io::Error::other("a thread of the test network panicked"))?
        })
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use std::io;

    /// No such thing here.
    #[derive(Debug)]
    pub(in crate::network::testbed) enum Namespace {}

    impl Namespace {
        pub(in crate::network::testbed) fn create() -> io::Result<Self> {
            Err(io::Error::new(io::ErrorKind::Unsupported, "network namespaces are Linux's"))
        }

        pub(in crate::network::testbed) fn enter<T: Send>(
            &self,
            _work: impl FnOnce() -> io::Result<T> + Send,
        ) -> io::Result<T> {
            match *self {}
        }

        pub(in crate::network::testbed) fn path(&self) -> String {
            match *self {}
        }
    }
}
