"""What Cleave costs, measured: `make bench`, or `python -m benchmarks NAME…`. See docs/performance.md."""
