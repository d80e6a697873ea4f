"""The room's wire: one Socket.IO connection per participant, one inbox per room, around the pure rules of `rooms`.

Begin at `app.Signaling`; PROTOCOL.md is the contract with clients, `ports` what it needs of media server and recorder.
"""
