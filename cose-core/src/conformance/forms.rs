//! Devices that answer later, or take a message in pieces, made to answer as others do: so that they run
//! the same suite.

use core::cell::Cell;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use crate::crypto::{
    Aead, AeadAsync, AeadPoll, Agree, AgreeAsync, AgreePoll, CryptoError, Hash, Pieces,
    SharedSecret, Sign, SignAsync, SignPoll, SignStream, Signed, Verifier, Verify, VerifyAsync,
    VerifyPoll, VerifyStream,
};
use crate::iana::{Algorithm, HashAlgorithm};
use crate::key::PublicKey;
use crate::segments::Segments;

/// A device that is started and asked again, asked until it answers.
#[derive(Clone, Copy, Debug)]
pub struct Polled<B>(pub B);

/// A backend that is given in pieces what it would sign or check as a message.
#[derive(Clone, Copy, Debug)]
pub struct Streamed<B>(pub B);

/// A device that an executor waits for, waited for in place.
#[derive(Clone, Copy, Debug)]
pub struct Awaited<B>(pub B);

impl<B: Hash> Hash for Polled<B> {
    type Hasher = B::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError> {
        self.0.start(algorithm)
    }
}

impl<B: Hash> Hash for Awaited<B> {
    type Hasher = B::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError> {
        self.0.start(algorithm)
    }
}

impl<B: Hash> Hash for Streamed<B> {
    type Hasher = B::Hasher;

    fn start(&mut self, algorithm: HashAlgorithm) -> Result<Self::Hasher, CryptoError> {
        self.0.start(algorithm)
    }
}

impl<B: Verify + VerifyStream> Verify for Streamed<B> {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let Signed::Message(message) = signed else {
            return self.0.verify(algorithm, key, signed, signature);
        };
        let mut verifier = self.0.start_verify(algorithm, key, signature)?;
        let pieces = Cut(message);
        pieces.read(&mut |piece| verifier.update(piece))?;
        verifier.finish()
    }
}

impl<B: SignStream> Sign for Streamed<B> {
    type Key = B::Key;

    /// A signature of a message in pieces; `Device` when the message is another when it is read again,
    /// and that was not noticed.
    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let Signed::Message(message) = signed else {
            return self.0.sign(algorithm, key, signed, signature);
        };
        let length = self.0.sign_stream(algorithm, key, &Cut(message), signature)?;
        let changing = Changing { message, reads: Cell::new(0) };
        let again = self.0.sign_stream(algorithm, key, &changing, &mut signature.to_vec());
        let noticed = changing.reads.get() < 2 || again == Err(CryptoError::Device);
        if noticed { Ok(length) } else { Err(CryptoError::Device) }
    }
}

/// A message in pieces that are not those in which it lies in memory; some are empty.
struct Cut<'m>(&'m Segments<'m>);

impl Pieces for Cut<'_> {
    fn read(&self, take: &mut dyn FnMut(&[u8])) -> Result<(), CryptoError> {
        self.0.for_each(|piece| {
            let (first, rest) = piece.split_at(piece.len().min(1));
            take(first);
            take(&[]);
            rest.chunks(67).for_each(&mut *take);
        });
        Ok(())
    }
}

/// A message with a byte more each time that it is read.
struct Changing<'m> {
    message: &'m Segments<'m>,
    reads: Cell<usize>,
}

impl Pieces for Changing<'_> {
    fn read(&self, take: &mut dyn FnMut(&[u8])) -> Result<(), CryptoError> {
        self.message.for_each(&mut *take);
        (0..self.reads.get()).for_each(|_| take(&[0]));
        self.reads.set(self.reads.get() + 1);
        Ok(())
    }
}

impl<B: VerifyPoll> Verify for Polled<B> {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        let mut job = self.0.start(algorithm, key, signed, signature)?;
        until_ready(|| self.0.poll(&mut job))
    }
}

impl<B: VerifyAsync> Verify for Awaited<B> {
    fn verify(
        &mut self,
        algorithm: Algorithm,
        key: &PublicKey<'_>,
        signed: &Signed<'_>,
        signature: &[u8],
    ) -> Result<(), CryptoError> {
        wait(self.0.verify(algorithm, key, signed, signature))
    }
}

impl<B: SignPoll> Sign for Polled<B> {
    type Key = B::Key;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let mut job = self.0.start(algorithm, key, signed)?;
        until_ready(|| self.0.poll(&mut job, signature))
    }
}

impl<B: SignAsync> Sign for Awaited<B> {
    type Key = B::Key;

    fn sign(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        signed: &Signed<'_>,
        signature: &mut [u8],
    ) -> Result<usize, CryptoError> {
        wait(self.0.sign(algorithm, key, signed, signature))
    }
}

impl<B: AeadPoll> Aead for Polled<B> {
    type Key = B::Key;

    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        let mut job = self.0.start(algorithm, key, nonce, aad, buffer)?;
        until_ready(|| self.0.poll(&mut job, buffer))
    }

    /// `Unsupported`: what answers later opens alone.
    fn seal(
        &mut self,
        _algorithm: Algorithm,
        _key: &Self::Key,
        _nonce: &[u8],
        _aad: &Segments<'_>,
        _buffer: &mut [u8],
        _length: usize,
    ) -> Result<usize, CryptoError> {
        Err(CryptoError::Unsupported)
    }
}

impl<B: AeadAsync> Aead for Awaited<B> {
    type Key = B::Key;

    fn open(
        &mut self,
        algorithm: Algorithm,
        key: &Self::Key,
        nonce: &[u8],
        aad: &Segments<'_>,
        buffer: &mut [u8],
    ) -> Result<usize, CryptoError> {
        wait(self.0.open(algorithm, key, nonce, aad, buffer))
    }

    /// `Unsupported`: what answers later opens alone.
    fn seal(
        &mut self,
        _algorithm: Algorithm,
        _key: &Self::Key,
        _nonce: &[u8],
        _aad: &Segments<'_>,
        _buffer: &mut [u8],
        _length: usize,
    ) -> Result<usize, CryptoError> {
        Err(CryptoError::Unsupported)
    }
}

impl<B: AgreePoll> Agree for Polled<B> {
    type Key = B::Key;

    fn agree(
        &mut self,
        key: &Self::Key,
        peer: &PublicKey<'_>,
    ) -> Result<SharedSecret, CryptoError> {
        let mut job = self.0.start(key, peer)?;
        until_ready(|| self.0.poll(&mut job))
    }
}

impl<B: AgreeAsync> Agree for Awaited<B> {
    type Key = B::Key;

    fn agree(
        &mut self,
        key: &Self::Key,
        peer: &PublicKey<'_>,
    ) -> Result<SharedSecret, CryptoError> {
        wait(self.0.agree(key, peer))
    }
}

fn until_ready<T>(mut poll: impl FnMut() -> Poll<T>) -> T {
    loop {
        if let Poll::Ready(answer) = poll() {
            return answer;
        }
        core::hint::spin_loop();
    }
}

fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    until_ready(|| future.as_mut().poll(&mut context))
}
