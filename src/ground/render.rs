//! Complaints as text.
