"""Records sessions: a process of its own writes files (`worker`), its parent decides what (`director`) and keeps it
alive (`supervisor`)."""
