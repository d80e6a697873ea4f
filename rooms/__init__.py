"""The live room in pure values: commands in, events or one refusal out; no I/O, no clock, no other package of ours.

Begin at `room.Room`. What may be asked is in `commands`, what came of it in `events`, what a room is in `model` and
`state`, who may do what in `rights`.
"""
