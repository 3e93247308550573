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

// target is where the phones go. What comes behind it, the sending and the
// report, is the same for all of them.
type target struct {
	sender
	pacer    *pace.Pacer
	tenantID string // as configured; empty when the credential knows it
	endpoint string // Graph's address
	words    string // for people
	journal  bool   // what is sent there has to be known for ever
	personal bool   // a person may have signed in, and not an app
}

// name is the target for a lock: one run at a time writes to a tenant.
func (t *target) name() string {
	endpoint := strings.TrimPrefix(t.endpoint, "https://")
	return strings.ToLower(strings.Trim(t.tenantID+"-"+endpoint, "-"))
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
		return newDryRun(rows, "the tenant"), nil
	case c.simulate:
		return c.newSimulated(logger)
	}
	config, err := c.tenant.config(c.process)
	if err != nil {
		return nil, err
	}
	config.Logger = logger
	words := tenantInWords(config.Credential.TenantID)
	if config.Endpoint != "" {
		words += " at " + config.Endpoint
	}
	return c.newGraph(config, words)
}

// targetInWords is where a run wrote to, by its journal.
func targetInWords(header journal.Header) string {
	if header.Endpoint == simulatorEndpoint {
		return "the simulator"
	}
	return tenantInWords(header.TenantID)
}

func tenantInWords(id string) string {
	if id == "" {
		return "the credential's tenant"
	}
	return "tenant " + id
}

// newGraph makes a target of Graph, or of what answers like it. It sends nothing
// yet.
func (c *importCommand) newGraph(config graph.Config, words string) (*target, error) {
	config.Connections, config.GiveUpAfter, config.Version = c.pace.workers, c.pace.giveUpAfter, version()
	client, err := graph.New(config)
	if err != nil {
		return nil, err
	}
	personal := slices.Contains([]graph.Auth{graph.AuthAzureCLI, graph.AuthDeviceCode, graph.AuthToken}, config.Credential.Kind)
	endpoint, _, err := config.Addresses()
	if err != nil {
		return nil, err
	}
	return &target{client, pace.New(float64(c.pace.rate), rand.Float64), config.Credential.TenantID, endpoint, words, !c.planning, personal}, nil
}

// newSimulated talks to the embedded simulator the way it would talk to Graph,
// sign-in included; only the connection is in process.
func (c *importCommand) newSimulated(logger zerolog.Logger) (*target, error) {
	config, err := c.simulator.graph()
	if err != nil {
		return nil, err
	}
	config.Logger = logger
	simulated, err := c.newGraph(config, "the simulator")
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
	return &target{sender: dry, pacer: pace.New(pace.Unlimited, rand.Float64), words: words}
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
