//! The messages of COSE with the software backend: what is made is read back; nothing else passes.

mod altered;
mod countersignatures;
mod every_kind;
mod handles;
mod later;
mod parties;
mod recipients;
mod rules;
mod streamed;
mod unauthenticated;
