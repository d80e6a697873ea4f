//! Ids chosen by the control plane, as newtypes; unique per worker.

macro_rules! id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);
    )+};
}

id! {
    /// One ICE and DTLS path of one participant.
    TransportId,
    /// A room: the scope of loudest-N.
    RoomId,
    /// The participant's number in its room; also the CSRC of what it sent.
    PeerId,
    /// One published m-line.
    TrackId,
    /// One receive line of a subscriber.
    SlotId,
    /// One track on its way to the recorder.
    TapId,
}
