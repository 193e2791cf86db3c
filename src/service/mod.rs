//! What an operator and a supervisor see of the process: logs, signs of life, the PID file.
