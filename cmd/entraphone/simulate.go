package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
	"entraphone/internal/report"
)

// maxUsers is what fits into about a gigabyte and a half.
const maxUsers = 5_000_000

// simulateCommand serves the simulator to this and to other programs.
type simulateCommand struct {
	process
	listen      string
	allowRemote bool
	tls         bool
	caOut       string
	portFile    string

	simulator  simulatorOptions
	users      int
	seed       uint64
	state      string
	clients    []string
	writeQuota quotaFlag
	readQuota  quotaFlag
	latency    time.Duration
	requestLog string

	given func(flag string) bool
}

func newSimulateCommand(p process) *cobra.Command {
	c := &simulateCommand{process: p}
	command := &cobra.Command{
		Use:   "simulate",
		Short: "Serve a simulated Microsoft Graph on a local port",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("simulate takes no FILE, and %q was given; people come with --directory", args[0])
			}
			return nil
		},
		RunE: func(command *cobra.Command, _ []string) error {
			c.given = command.Flags().Changed
			return c.run(command.Context())
		},
	}
	setHelp(command, simulateHelp, simulateExitHelp, c.serving(), c.tenantFlags(), c.behaviour())
	return command
}

func (c *simulateCommand) serving() *pflag.FlagSet {
	set := pflag.NewFlagSet("Serving", pflag.ContinueOnError)
	set.StringVar(&c.listen, "listen", "127.0.0.1:0", "listen on this `ADDRESS`; port 0 is any free port")
	set.BoolVar(&c.allowRemote, "allow-remote", false, "listen on addresses that other machines can reach, too: whoever reaches it can read the people and phones that it holds")
	set.BoolVar(&c.tls, "tls", false, "serve HTTPS, with a certificate made for this run; HTTP/2 as well")
	set.StringVar(&c.caOut, "ca-out", "", "write the certificate of the authority that signed it to `FILE` (PEM; with --tls)")
	set.StringVar(&c.portFile, "port-file", "", "write the address it listens on to `FILE` once it does, and remove the file at the end")
	set.StringVar(&c.requestLog, "request-log", "", "append every request to `FILE`, one JSON object a line")
	return set
}

func (c *simulateCommand) tenantFlags() *pflag.FlagSet {
	set := pflag.NewFlagSet("The simulated tenant", pflag.ContinueOnError)
	c.simulator.addTo(set)
	set.IntVar(&c.users, "users", 0, "make `N` people up, some of them with phones")
	set.Uint64Var(&c.seed, "seed", 1, "draw the people of --users, and whatever the scenario leaves to chance, from this `NUMBER`")
	set.StringVar(&c.state, "state", "", "keep the people in `FILE`: read it if it is there (--directory and --users then do not count), and write it at the end")
	set.StringArrayVar(&c.clients, "client", nil, "let this app sign in, as in `ID:SECRET`; repeatable; without it any app may, with any secret")
	return set
}

func (c *simulateCommand) behaviour() *pflag.FlagSet {
	set := pflag.NewFlagSet("Behaviour, whatever the scenario says", pflag.ContinueOnError)
	set.Var(&c.writeQuota, "write-quota", "writes that an app may do: LIMIT/WINDOW such as 3000/150s, which is the default, or unlimited")
	set.Var(&c.readQuota, "read-quota", "reads that an app may do, in resource units (default 8000/10s)")
	set.DurationVar(&c.latency, "latency", 150*time.Millisecond, "let every answer take this `DURATION`")
	return set
}

func (c *simulateCommand) problems() []error {
	var problems []error
	check := func(wrong bool, format string, args ...any) {
		if wrong {
			problems = append(problems, fmt.Errorf(format, args...))
		}
	}
	check(c.simulator.directory != "" && c.users > 0, "--directory and --users: give one of them")
	check(c.users < 0 || c.users > maxUsers, "--users %d: give a number from 0 to %d", c.users, maxUsers)
	for _, client := range c.clients {
		id, secret, _ := strings.Cut(client, ":")
		check(id == "" || secret == "", "--client is not of the form ID:SECRET") // without the value: it may hold a secret
	}
	check(c.caOut != "" && !c.tls, "--ca-out writes the certificate of --tls: add --tls")
	if text, err := os.ReadFile(c.portFile); err == nil && c.portFile != "" {
		_, _, err := net.SplitHostPort(strings.TrimSpace(string(text)))
		check(err != nil, "--port-file %s is a file that no simulator has written: name another", c.portFile)
	}
	check(c.latency < 0, "--latency %s: give a duration from 0", c.latency)
	return problems
}

// heapGrowth is by how many percent the simulator's heap may grow between two
// collections, half of Go's default: a million people stand in memory for as long as
// it serves, and time it has enough. GOGC overrides it as usual.
const heapGrowth = 50

// run serves until the context ends, which is its normal end.
func (c *simulateCommand) run(ctx context.Context) (err error) {
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
	}
	if c.getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
	release, err := c.holdState()
	if err != nil {
		return err
	}
	defer release()
	config, people, err := c.config()
	if err != nil {
		return err
	}
	requests, err := openRequestLog(c.requestLog, c.stderr)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, requests.close()) }()
	config.OnRequest = requests.add
	listener, base, err := c.listenTo(ctx)
	if err != nil {
		return err
	}
	defer listener.Close() // the server has done so, unless it was not reached
	remove, err := c.publishPort(listener.Addr().String())
	if err != nil {
		return err
	}
	defer remove()
	if err := c.greet(base, people, config.Clients); err != nil {
		return printed("the address", err)
	}
	sim := graphsim.New(config)
	err = c.serve(ctx, listener, sim)
	if c.state == "" {
		return err
	}
	if saving := report.Publish(c.state, sim.WriteState); saving != nil {
		err = errors.Join(err, fmt.Errorf("writing --state %s: %w", c.state, saving))
	}
	return err
}

// holdState makes sure, before anything is served, that the state can be
// written at the end and that nobody else does.
func (c *simulateCommand) holdState() (release func(), err error) {
	if c.state == "" {
		return func() {}, nil
	}
	lock := flock.New(c.state+".lock", flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, usagef("--state %s: its folder cannot be written: %w", c.state, err)
	case !held:
		return nil, &lockedError{folder: c.state}
	}
	return func() {
		_ = os.Remove(lock.Path())
		_ = lock.Unlock()
	}, nil
}

// config is what the scenario says, and before it the flags, with the people in
// words. Only flags that were given count against the scenario.
func (c *simulateCommand) config() (config graphsim.Config, people string, err error) {
	from := c.simulator
	if _, err := os.Stat(c.state); err == nil && c.state != "" {
		from.directory = "" // the state is newer
	}
	config, err = from.config()
	if err != nil {
		return config, "", err
	}
	if c.given("seed") || c.simulator.scenario == "" {
		config.Seed = c.seed
	}
	if c.given("write-quota") {
		config.WriteQuota = graphsim.Quota(c.writeQuota)
	}
	if c.given("read-quota") {
		config.ReadQuota = graphsim.Quota(c.readQuota)
	}
	if c.given("latency") {
		config.Latency = c.latency
	}
	for _, client := range c.clients {
		id, secret, _ := strings.Cut(client, ":")
		config.Clients = append(config.Clients, login.Client{ID: id, Secret: secret})
	}
	people, err = c.people(&config, from.directory)
	return config, people, err
}

// people are those kept in the state, if there are, and else those of the flags.
func (c *simulateCommand) people(config *graphsim.Config, file string) (string, error) {
	words := "anybody, with no phones yet"
	switch {
	case c.users > 0 && file == c.simulator.directory:
		config.Directory = directory.Synthetic(c.users, c.seed)
		words = fmt.Sprintf("%d, made up", c.users)
	case config.Directory != nil:
		words = fmt.Sprintf("%d, from %s", config.Directory.Len(), file)
	}
	kept, err := readPeople("--state", c.state, directory.ReadState)
	switch {
	case errors.Is(err, fs.ErrNotExist) && config.Directory == nil:
		return "", &usageError{[]error{errors.New("--state " + c.state + " is not there yet: say with --directory or --users who its people are")}}
	case errors.Is(err, fs.ErrNotExist):
		return words, nil
	case err != nil || kept == nil:
		return words, err
	}
	config.Directory = kept
	words = fmt.Sprintf("%d, from %s", kept.Len(), c.state)
	if c.simulator.directory != "" || c.users > 0 {
		words += ", where they were kept; --directory and --users do not count"
	}
	return words, nil
}

// requestLog appends requests to a file. The simulator calls it for one request
// at a time. A log that cannot be written does not stop the serving; it shows in
// the exit code.
type requestLog struct {
	file   *os.File
	screen io.Writer
	failed error // the first that was not written
}

func openRequestLog(path string, screen io.Writer) (*requestLog, error) {
	if path == "" {
		return &requestLog{}, nil
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening --request-log: %w", err)
	}
	return &requestLog{file: file, screen: screen}, nil
}

func (l *requestLog) add(entry graphsim.LogEntry) {
	if l.file == nil || l.failed != nil {
		return
	}
	line, err := json.Marshal(entry)
	if err == nil {
		_, err = l.file.Write(append(line, '\n'))
	}
	if l.failed = err; err != nil {
		fmt.Fprintf(l.screen, "entraphone: writing --request-log: %v; from here on requests are not logged\n", err)
	}
}

func (l *requestLog) close() error {
	if l.file == nil {
		return nil
	}
	if err := errors.Join(l.failed, l.file.Close()); err != nil {
		return fmt.Errorf("writing --request-log: %w", err)
	}
	return nil
}
