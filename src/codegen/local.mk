# In the tracer: the job that forks. In gtrace-codegen.so: everything that knows LLVM.
CODEGEN_JOB_SOURCES = \
	src/codegen/codegen.h \
	src/codegen/job.c

CODEGEN_MODULE_SOURCES = \
	src/codegen/codegen.h \
	src/codegen/gen.h \
	src/codegen/llvm-compat.h \
	src/codegen/module.c \
	src/codegen/helpers.c \
	src/codegen/subs.c \
	src/codegen/hook.c \
	src/codegen/value.c \
	src/codegen/expr.c \
	src/codegen/stmt.c \
	src/codegen/map.c \
	src/codegen/btf.c \
	src/codegen/object.c
