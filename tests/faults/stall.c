/* A disk that does not answer: while the file named by FAULTS_STALL exists, nothing is synchronised. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void stall(void)
{
    const char *name = getenv("FAULTS_STALL");
    struct timespec moment = {0, 50000000};
    while (name && access(name, F_OK) == 0)
        nanosleep(&moment, NULL);
}

int fsync(int file)
{
    stall();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file)
{
    stall();
    return (int)syscall(SYS_fdatasync, file);
}
