//! The appraisal on real tokens: signed, verified, appraised, and each thing that can be wrong with them.

mod cache;
mod corim;
mod device;
mod endorsement;
mod evidence;
mod passport;
