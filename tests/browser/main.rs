//! Journeys in real Chromium.
