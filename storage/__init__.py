"""Everything that lasts or is shared: tables, repositories, event log, bus, leases, blobs, limits.

Begin at `service.Storage`; what each part promises is in `interfaces` and in tests/storage/contract.py.
"""
