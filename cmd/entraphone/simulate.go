package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/natefinch/atomic"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/directory"
	"entraphone/internal/graphsim/login"
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
				return &usageError{[]error{fmt.Errorf("simulate takes no FILE, and %q was given; people come with --directory", args[0])}}
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
	set.StringVar(&c.listen, "listen", "127.0.0.1:0", "`ADDRESS` to listen on; port 0 takes any free port")
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
	set.Uint64Var(&c.seed, "seed", 1, "`NUMBER` that the people of --users, and whatever the scenario leaves to chance, follow from")
	set.StringVar(&c.state, "state", "", "keep the people in `FILE`: read it if it is there (--directory and --users then do not count), and write it at the end")
	set.StringArrayVar(&c.clients, "client", nil, "`ID:SECRET` of an app that may sign in; repeatable; without it any app may, with any secret")
	return set
}

func (c *simulateCommand) behaviour() *pflag.FlagSet {
	set := pflag.NewFlagSet("Behaviour, whatever the scenario says", pflag.ContinueOnError)
	set.Var(&c.writeQuota, "write-quota", "writes that an app may do: LIMIT/WINDOW such as 3000/150s, which is the default, or unlimited")
	set.Var(&c.readQuota, "read-quota", "reads that an app may do, in resource units (default 8000/10s)")
	set.DurationVar(&c.latency, "latency", 150*time.Millisecond, "`DURATION` that every answer takes")
	return set
}

func (c *simulateCommand) problems() []error {
	var problems []error
	if c.simulator.directory != "" && c.users > 0 {
		problems = append(problems, errors.New("--directory and --users: give one of them"))
	}
	if c.users < 0 || c.users > maxUsers {
		problems = append(problems, fmt.Errorf("--users %d: give a number from 0 to %d", c.users, maxUsers))
	}
	for _, client := range c.clients {
		if id, secret, ok := strings.Cut(client, ":"); !ok || id == "" || secret == "" {
			problems = append(problems, errors.New("--client is not of the form ID:SECRET")) // without the value: it may hold a secret
		}
	}
	if c.caOut != "" && !c.tls {
		problems = append(problems, errors.New("--ca-out writes the certificate of --tls: add --tls"))
	}
	if text, err := os.ReadFile(c.portFile); err == nil && c.portFile != "" {
		if _, _, err := net.SplitHostPort(strings.TrimSpace(string(text))); err != nil {
			problems = append(problems, fmt.Errorf("--port-file %s is a file that no simulator has written: name another", c.portFile))
		}
	}
	if c.latency < 0 {
		problems = append(problems, fmt.Errorf("--latency %s: give a duration from 0", c.latency))
	}
	return problems
}

// run serves until the context ends, which is its normal end.
func (c *simulateCommand) run(ctx context.Context) error {
	if problems := c.problems(); len(problems) > 0 {
		return &usageError{problems}
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
	config.OnRequest = requests.add
	listener, err := c.listenTo(ctx)
	if err != nil {
		return errors.Join(err, requests.close())
	}
	sim := graphsim.New(config)
	served, err := c.serve(ctx, listener, sim, config.Clients, people)
	if served && c.state != "" {
		err = errors.Join(err, saveState(c.state, sim))
	}
	return errors.Join(err, requests.close())
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
		return nil, &usageError{[]error{fmt.Errorf("--state %s: its folder cannot be written: %w", c.state, err)}}
	case !held:
		return nil, &lockedError{c.state}
	}
	return func() {
		_ = os.Remove(lock.Path())
		_ = lock.Unlock()
	}, nil
}

// config is what the scenario says, and before it the flags, with the people
// in words.
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
	people = "anybody, with no phones yet"
	switch {
	case c.users > 0 && from.directory == c.simulator.directory:
		config.Directory = directory.Synthetic(c.users, c.seed)
		people = fmt.Sprintf("%d, made up", c.users)
	case config.Directory != nil:
		people = fmt.Sprintf("%d, from %s", config.Directory.Len(), c.simulator.directory)
	}
	if c.state == "" {
		return config, people, nil
	}
	kept, err := readPeople("--state", c.state, directory.ReadState)
	switch {
	case errors.Is(err, fs.ErrNotExist) && config.Directory == nil:
		return config, "", &usageError{[]error{errors.New("--state " + c.state + " is not there yet: say with --directory or --users who its people are")}}
	case errors.Is(err, fs.ErrNotExist):
		return config, people, nil
	case err != nil:
		return config, "", err
	}
	config.Directory = kept
	people = fmt.Sprintf("%d, from %s", kept.Len(), c.state)
	if c.simulator.directory != "" || c.users > 0 {
		people += ", where they were kept; --directory and --users do not count"
	}
	return config, people, nil
}

// listenTo keeps to loopback unless told otherwise.
func (c *simulateCommand) listenTo(ctx context.Context) (net.Listener, error) {
	address, err := net.ResolveTCPAddr("tcp", c.listen)
	if err != nil {
		return nil, &usageError{[]error{fmt.Errorf("--listen %s: %w", c.listen, err)}}
	}
	if !c.allowRemote && !address.IP.IsLoopback() {
		return nil, &usageError{[]error{fmt.Errorf("--listen %s: other machines can reach this address, and with it the people and phones here: listen on 127.0.0.1, or add --allow-remote", c.listen)}}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address.String())
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", c.listen, err)
	}
	return listener, nil
}

// serve answers until the context ends; requests in flight then have a moment
// to finish. The two tasks end each other: the server by Shutdown, and the
// waiting one by the group's context when the server fails.
//
// It returns whether anything was served at all.
func (c *simulateCommand) serve(ctx context.Context, listener net.Listener, sim *graphsim.Simulator, clients []login.Client, people string) (served bool, err error) {
	server := &http.Server{
		Handler: c.guarded(sim), ReadTimeout: time.Minute, IdleTimeout: 5 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: log.New(withoutHandshakes{c.stderr}, "entraphone: ", 0),
	}
	base := "http://" + reachable(listener.Addr())
	if c.tls {
		certificate, authority, err := makeCertificate(listener.Addr(), time.Now())
		if err != nil {
			return false, errors.Join(err, listener.Close())
		}
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
		base = "https://" + reachable(listener.Addr())
		if c.caOut != "" {
			if err := os.WriteFile(c.caOut, authority, 0o644); err != nil {
				return false, errors.Join(fmt.Errorf("writing --ca-out: %w", err), listener.Close())
			}
		}
	}
	if c.portFile != "" {
		if err := atomic.WriteFile(c.portFile, strings.NewReader(listener.Addr().String()+"\n")); err != nil {
			return false, errors.Join(fmt.Errorf("writing --port-file: %w", err), listener.Close())
		}
		defer func() {
			if text, err := os.ReadFile(c.portFile); err == nil && strings.TrimSpace(string(text)) == listener.Addr().String() {
				_ = os.Remove(c.portFile) // unless another simulator has it by now
			}
		}()
	}
	if _, err := io.WriteString(c.stdout, c.greeting(base, people, clients)); err != nil {
		return false, errors.Join(fmt.Errorf("printing the address: %w", err), listener.Close())
	}
	g, serving := errgroup.WithContext(ctx)
	g.Go(func() error {
		err := error(nil)
		if c.tls {
			err = server.ServeTLS(listener, "", "")
		} else {
			err = server.Serve(listener)
		}
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return fmt.Errorf("serving: %w", err)
	})
	g.Go(func() error {
		<-serving.Done()
		const moment = 2 * time.Second
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), moment)
		defer cancel()
		if server.Shutdown(ending) != nil {
			return server.Close()
		}
		return nil
	})
	err = g.Wait()
	stats := sim.Stats()
	fmt.Fprintf(c.stderr, "entraphone: stopped after %d requests; phones written: %d, calls throttled: %d\n",
		stats.TokenRequests+stats.DiscoveryRequests+stats.BatchRequests+stats.PlainRequests, stats.AcceptedWrites, stats.Throttled)
	return true, err
}

// reachable is the address as programs of this machine can use it.
func reachable(address net.Addr) string {
	if tcp, ok := address.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return net.JoinHostPort("localhost", strconv.Itoa(tcp.Port))
	}
	return address.String()
}

// withoutHandshakes leaves out what a client reports itself: that it does not
// trust the certificate.
type withoutHandshakes struct{ io.Writer }

func (w withoutHandshakes) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte("TLS handshake error")) {
		return len(p), nil
	}
	return w.Writer.Write(p)
}

// guarded keeps web pages out: a name that a page has pointed at loopback is
// not one by which a program here would ask.
func (c *simulateCommand) guarded(next http.Handler) http.Handler {
	if c.allowRemote {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if name, _, err := net.SplitHostPort(r.Host); err == nil {
			host = name
		}
		ip := net.ParseIP(strings.Trim(host, "[]"))
		if host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this simulator answers to localhost only; --allow-remote lets it answer to other names", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// greeting is what somebody needs to use it.
func (c *simulateCommand) greeting(base, people string, clients []login.Client) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Graph      %s\n", base)
	fmt.Fprintf(&b, "authority  %s\n", base)
	fmt.Fprintf(&b, "people     %s\n", people)
	if c.simulator.scenario != "" {
		fmt.Fprintf(&b, "scenario   %s\n", c.simulator.scenario)
	}
	secret, client := "simulated", "simulated"
	if len(clients) > 0 {
		client, secret = clients[0].ID, "…"
	}
	set := "AZURE_CLIENT_SECRET=%s entraphone"
	if runtime.GOOS == "windows" {
		set = "$env:AZURE_CLIENT_SECRET='%s'; entraphone"
	}
	fmt.Fprintf(&b, "\nImport into it, from another terminal:\n\n")
	fmt.Fprintf(&b, "  "+set+" import FILE --tenant-id simulated --client-id %s --graph-endpoint %s --authority %s", secret, client, base, base)
	if c.caOut != "" {
		ca := c.caOut
		if strings.ContainsAny(ca, " '\"$`\\&;()") {
			ca = "'" + strings.ReplaceAll(ca, "'", `'\''`) + "'"
		}
		fmt.Fprintf(&b, " --ca-file %s", ca)
	}
	b.WriteString("\n\n")
	if c.tls && c.caOut == "" {
		b.WriteString("Nothing trusts its certificate: --ca-out FILE writes that of its authority.\n")
	}
	fmt.Fprintf(&b, "What came of it: %s/_sim/state and %s/_sim/stats. Ctrl-C stops it.\n", base, base)
	return b.String()
}

func saveState(path string, sim *graphsim.Simulator) error {
	if err := publish(path, sim.WriteState); err != nil {
		return fmt.Errorf("writing --state %s: %w", path, err)
	}
	return nil
}

// requestLog appends requests to a file. The simulator calls it for one
// request at a time.
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
