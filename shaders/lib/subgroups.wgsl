// Comes first in kernels whose invocations exchange values.
enable subgroups;
