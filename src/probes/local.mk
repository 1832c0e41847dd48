PROBES_SOURCES = src/probes/probes.h src/probes/probes.c src/probes/grpc.c
