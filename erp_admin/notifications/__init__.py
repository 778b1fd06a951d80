"""What people are told of by the bell and by mail: what waits, failed, is held, or differs in Intacct."""
