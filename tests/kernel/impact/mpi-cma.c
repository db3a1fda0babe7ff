/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two ranks of Open MPI pass a large message; says whether it went by process_vm_readv or
 * process_vm_writev (CMA) and whether it arrived. Open MPI is loaded, not linked: to build this
 * needs none of its headers. The calls are counted by standing in their place.
 *
 * Exit status of each rank: 0 it arrived, 1 it did not.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SIZE (8 << 20)

static unsigned calls, denied;

static ssize_t count(ssize_t n)
{
	calls++;
	denied += n < 0;
	return n;
}

__attribute__((visibility("default"))) ssize_t
process_vm_readv(pid_t pid, const struct iovec *local, unsigned long n_local,
		 const struct iovec *remote, unsigned long n_remote, unsigned long flags)
{
	return count(syscall(SYS_process_vm_readv, pid, local, n_local, remote, n_remote, flags));
}

__attribute__((visibility("default"))) ssize_t
process_vm_writev(pid_t pid, const struct iovec *local, unsigned long n_local,
		  const struct iovec *remote, unsigned long n_remote, unsigned long flags)
{
	return count(syscall(SYS_process_vm_writev, pid, local, n_local, remote, n_remote, flags));
}

static void *symbol(void *library, const char *name)
{
	void *p = dlsym(library, name);

	if (!p) {
		(void)fprintf(stderr, "mpi-cma: no %s\n", name);
		_exit(2);
	}
	return p;
}

int main(int argc, char **argv)
{
	void *mpi = dlopen("libmpi.so.40", RTLD_NOW | RTLD_GLOBAL);
	int (*init)(int *argc, char ***argv), (*rank_of)(void *comm, int *rank), (*finalize)(void);
	int (*send)(const void *buf, int n, void *type, int to, int tag, void *comm);
	int (*receive)(void *buf, int n, void *type, int from, int tag, void *comm, void *status);
	void *world, *byte;
	unsigned char *buf = malloc(SIZE);
	int rank = -1, wrong = 0;

	if (!mpi || !buf) {
		(void)fprintf(stderr, "mpi-cma: %s\n", mpi ? "no memory" : dlerror());
		return 2;
	}
	init = (int (*)(int *, char ***))(uintptr_t)symbol(mpi, "MPI_Init");
	rank_of = (int (*)(void *, int *))(uintptr_t)symbol(mpi, "MPI_Comm_rank");
	send = (int (*)(const void *, int, void *, int, int, void *))(uintptr_t)symbol(mpi,
										       "MPI_Send");
	receive = (int (*)(void *, int, void *, int, int, void *, void *))(uintptr_t)symbol(
		mpi, "MPI_Recv");
	finalize = (int (*)(void))(uintptr_t)symbol(mpi, "MPI_Finalize");
	world = symbol(mpi, "ompi_mpi_comm_world");
	byte = symbol(mpi, "ompi_mpi_byte");

	if (init(&argc, &argv) != 0 || rank_of(world, &rank) != 0)
		return 2;
	memset(buf, rank == 0 ? 0x5a : 0, SIZE);
	if (rank == 0)
		wrong = send(buf, SIZE, byte, 1, 1, world) != 0;
	else
		wrong = receive(buf, SIZE, byte, 0, 1, world, NULL) != 0 || buf[0] != 0x5a ||
			buf[SIZE - 1] != 0x5a;
	(void)printf("rank %d: %s, %u calls, %u denied\n", rank, wrong ? "lost" : "arrived", calls,
		     denied);
	(void)fflush(stdout);
	(void)finalize();
	return wrong;
}
