// Goes first in kernels whose invocations hand values to their neighbours.
enable subgroups;
