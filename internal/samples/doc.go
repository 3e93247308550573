// Package samples tries the samples for schedulers: the units of systemd, the line of
// cron, the manifests of Kubernetes, the image, the pipelines and the task of Windows.
// Each command is run as its scheduler would run it, with the settings, secrets, folders
// and environment that the sample gives it, against the simulator. What a sample does
// about an exit code is held beside the program's own table of exit codes.
//
// It has tests and no code. It does not try the schedulers themselves: manifests are
// decoded by their published types, units are checked by systemd-analyze, and the image
// is built where there is something to build it with. What is not there is skipped, and
// said.
//
// Its one invariant: what a reader copies from a sample works. There is no command, flag,
// path or rule for an exit code in a sample that no test has run or read.
//
// It is a module of its own so that the libraries that read other people's formats are
// no dependencies of the program. Run it with go test in its directory.
package samples
