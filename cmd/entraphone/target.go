package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/journal"
	"entraphone/internal/pace"
	"entraphone/internal/submit"
)

// sender is what a run sends through: Graph, or what stands in for it. It signs
// in before the first row, so that wrong credentials are known by then.
type sender interface {
	submit.Sender
	Authenticate(ctx context.Context) error
	// Requests counts the requests that left this machine.
	Requests() int64
}

var (
	_ sender = (*graph.Client)(nil)
	_ sender = (*dryRun)(nil)
)

// way is one by which a target is reached: an app registration, with a pace of its own.
type way struct {
	sender
	name  string // of the credential; empty where there is no other
	pacer *pace.Pacer
}

// target is where the phones go. What comes behind it, the sending and the
// report, is the same for all of them.
type target struct {
	ways     []way            // one at least; users are spread over them
	ending   sync.Mutex       // guards ended: several may end at once
	ended    map[string]error // ways that are not used any more, by name, and why
	logger   zerolog.Logger
	tenantID string // as configured; empty when the credential knows it
	endpoint string // Graph's address
	words    string // for people
	journal  bool   // what is sent there has to be known for ever
	personal bool   // a person may have signed in, and not an app
	shard    shard  // of whose users it is written
}

// name is the tenant in names of files.
func (t *target) name() string {
	endpoint := strings.TrimPrefix(t.endpoint, "https://")
	return fileName(strings.ToLower(strings.Trim(t.tenantID+"-"+endpoint, "-")))
}

// sameAs makes sure that what goes on with a run, or undoes it, writes to where
// that run wrote.
func (t *target) sameAs(header journal.Header, run string) error {
	if strings.EqualFold(t.tenantID, header.TenantID) && t.endpoint == header.Endpoint {
		return nil
	}
	return usagef("%s is of tenant %q at %s, and these options mean tenant %q at %s", run, header.TenantID, header.Endpoint, t.tenantID, t.endpoint)
}

// newTarget chooses once what the rows are sent to; nothing after it asks.
func (c *importCommand) newTarget(rows *authmethod.Rows, logger zerolog.Logger) (*target, error) {
	switch {
	case c.dryRun && c.simulate:
		return newDryRun(rows, "the simulator"), nil
	case c.dryRun:
		return newDryRun(rows, c.tenant.named(c.process)), nil
	case c.simulate:
		return c.newSimulated(logger)
	}
	configs, err := c.tenant.configs(c.process)
	if err != nil {
		return nil, err
	}
	for i := range configs {
		configs[i].Logger = logger
	}
	words := tenantInWords(configs[0].Credential.TenantID)
	if endpoint := configs[0].Endpoint; endpoint != "" {
		words += " at " + endpoint
	}
	return c.newGraph(words, configs...)
}

// Requests counts those of all ways.
func (t *target) Requests() (n int64) {
	for _, w := range t.ways {
		n += w.Requests()
	}
	return n
}

// client is what else is asked of the tenant through, and at what pace; nil for a dry
// run.
func (t *target) client() (*graph.Client, *pace.Pacer) {
	client, _ := t.ways[0].sender.(*graph.Client)
	return client, t.ways[0].pacer
}

// history is how fast the run went by all ways together. Slots are as wide as the widest.
func (t *target) history() pace.History {
	all := t.ways[0].pacer.History()
	for _, w := range t.ways[1:] {
		all = all.With(w.pacer.History())
	}
	return all
}

// status is that of all ways together. They are held as long as each of them is.
func (t *target) status() flow {
	all := flow{Status: pace.Status{Held: true}, ways: len(t.ways)}
	for _, w := range t.ways {
		one := w.pacer.Status()
		all.Rate, all.Found = all.Rate+one.Rate, all.Found || one.Found
		all.Waits.Throttled, all.Waits.Trouble = max(all.Waits.Throttled, one.Waits.Throttled), max(all.Waits.Trouble, one.Waits.Trouble)
		all.Waits.Closed = max(all.Waits.Closed, one.Waits.Closed)
		if one.Held && all.ways > 1 {
			all.held++
		}
		if !one.Held {
			all.Held = false
		} else if all.Until.IsZero() || one.Until.Before(all.Until) {
			all.Until, all.Reason = one.Until, one.Reason
		}
	}
	return all
}

// targetInWords is where a run wrote to, by its journal.
func targetInWords(header journal.Header) string {
	if header.Endpoint == simulatorEndpoint {
		return "the simulator"
	}
	words := tenantInWords(header.TenantID)
	for _, f := range header.Flags {
		if f.Name == "graph-endpoint" && f.Value != "" {
			words += " at " + f.Value
		}
	}
	return words
}

func tenantInWords(id string) string {
	if id == "" {
		return "the credential's tenant"
	}
	return "tenant " + id
}

// newGraph makes a target of Graph, or of what answers like it. It sends nothing
// yet.
func (c *importCommand) newGraph(words string, configs ...namedConfig) (*target, error) {
	t := &target{ended: map[string]error{}, logger: configs[0].Logger, words: words, journal: !c.planning, tenantID: configs[0].Credential.TenantID, shard: c.file.shard}
	for _, config := range configs {
		config.Connections, config.GiveUpAfter, config.Version = c.pace.workers, c.pace.giveUpAfter, version()
		client, err := graph.New(config.Config)
		if err != nil {
			return nil, err
		}
		if t.endpoint, _, err = config.Addresses(); err != nil {
			return nil, err
		}
		t.personal = slices.Contains([]graph.Auth{graph.AuthAzureCLI, graph.AuthDeviceCode, graph.AuthToken}, config.Credential.Kind)
		t.ways = append(t.ways, way{client, config.name, pace.New(float64(c.pace.rate), rand.Float64)})
	}
	return t, nil
}

// newSimulated talks to the embedded simulator the way it would talk to Graph,
// sign-in included; only the connection is in process.
func (c *importCommand) newSimulated(logger zerolog.Logger) (*target, error) {
	config, err := c.simulator.graph()
	if err != nil {
		return nil, err
	}
	config.Logger = logger
	configs := []namedConfig{{Config: config}}
	if c.tenant.credentials != "" {
		if configs, err = c.tenant.simulated(c.process, config); err != nil {
			return nil, err
		}
	}
	simulated, err := c.newGraph("the simulator", configs...)
	if err != nil {
		return nil, err
	}
	simulated.endpoint = simulatorEndpoint
	return simulated, nil
}

// simulatorEndpoint is what journals call the simulator, which is not the address
// that it is reached by in process.
const simulatorEndpoint = "simulator"

// dryRun is a sender that sends nothing, and answers of each step what would be
// done. A rollback has no dry run.
type dryRun struct {
	rows *authmethod.Rows

	mu     sync.Mutex
	before map[string]authmethod.RowNumber // what would be sent for a user last
}

func newDryRun(rows *authmethod.Rows, words string) *target {
	dry := &dryRun{rows: rows, before: map[string]authmethod.RowNumber{}}
	return &target{ways: []way{{sender: dry, pacer: pace.New(pace.Unlimited, rand.Float64)}}, words: words}
}

// would is the verb of a row's action. Whether another number is in the way of one
// that is created shows in the tenant only.
func would(action authmethod.Action) string {
	switch action {
	case authmethod.UpdateOnly, authmethod.Remove:
		return action.String()
	}
	return "create"
}

// Authenticate has nothing to do.
func (*dryRun) Authenticate(context.Context) error { return nil }

// Requests is 0.
func (*dryRun) Requests() int64 { return 0 }

// Send answers at once.
func (d *dryRun) Send(_ context.Context, steps []authmethod.Step) ([]authmethod.Answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	answers := make([]authmethod.Answer, len(steps))
	for i, step := range steps {
		text := fmt.Sprintf("dry run: would %s the %s phone", would(d.rows.At(step.Row).Action), step.PhoneType)
		user := strings.ToLower(step.User)
		if n, after := d.before[user]; after {
			text += fmt.Sprintf(", after this user's %s (line %d)", d.rows.At(n).PhoneType, d.rows.At(n).Line)
		}
		d.before[user] = step.Row
		answers[i].Planned = text
	}
	return answers, nil
}
