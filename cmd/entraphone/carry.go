package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/rs/zerolog"

	"entraphone/internal/authmethod"
	"entraphone/internal/graph"
	"entraphone/internal/graphsim"
	"entraphone/internal/graphsim/login"
	"entraphone/internal/pace"
	"entraphone/internal/submit"
)

// grace is how long requests in flight may finish after an interrupt.
const grace = 15 * time.Second

// carrier takes the planned lanes to their outcomes.
type carrier interface {
	// carry gives every row of the lanes an outcome, unless it returns an
	// error: rows without an outcome were then never sent.
	carry(ctx context.Context, lanes []authmethod.Lane, recorder submit.Recorder) error
	stats() submit.Stats
	status() pace.Status
	where() destination
}

// destination is where the phones go.
type destination struct {
	tenantID string // as configured; empty when the credential knows it
	endpoint string // Graph's address
	words    string // for people
}

var (
	_ submit.Sender = (*graph.Client)(nil)
	_ carrier       = (*sending)(nil)
	_ carrier       = (*dryRun)(nil)
)

// sending carries rows to Graph, or to what stands in for it.
type sending struct {
	client    *graph.Client
	submitter submit.Submitter
	to        destination
}

func newSending(config graph.Config, o paceOptions, rows *authmethod.Rows, words string) (*sending, error) {
	client, err := graph.New(config)
	if err != nil {
		return nil, err
	}
	endpoint, _, err := config.Addresses()
	if err != nil {
		return nil, err
	}
	to := destination{config.Credential.TenantID, endpoint, words}
	return &sending{client: client, to: to, submitter: submit.Submitter{
		Config: submit.Config{
			Workers: o.workers, BatchSize: o.batchSize, MaxAttempts: o.maxAttempts, GiveUpAfter: o.giveUpAfter,
			Grace: grace, Jitter: rand.Float64,
		},
		Sender: client, Pacer: pace.New(float64(o.rate), rand.Float64), Rows: rows,
	}}, nil
}

// carry signs in first, so that wrong credentials are known before row 1.
func (s *sending) carry(ctx context.Context, lanes []authmethod.Lane, recorder submit.Recorder) error {
	if len(lanes) == 0 {
		return nil
	}
	if err := s.client.Authenticate(ctx); err != nil {
		return err
	}
	s.submitter.Recorder = recorder
	return s.submitter.Run(ctx, lanes)
}

func (s *sending) stats() submit.Stats { return s.submitter.Stats() }
func (s *sending) status() pace.Status { return s.submitter.Pacer.Status() }
func (s *sending) where() destination  { return s.to }

// dryRun carries nothing anywhere, and says of each row what would be done.
type dryRun struct {
	rows *authmethod.Rows
	to   destination
}

func (d *dryRun) carry(_ context.Context, lanes []authmethod.Lane, recorder submit.Recorder) error {
	for _, lane := range lanes {
		for step, i := range lane {
			row := d.rows.At(int(i))
			message := fmt.Sprintf("dry run: would create the %s phone", row.PhoneType)
			if step > 0 {
				before := d.rows.At(int(lane[step-1]))
				message += fmt.Sprintf(", after this user's %s (line %d)", before.PhoneType, before.Line)
			}
			if err := recorder.Outcome(int(i), authmethod.Result{Outcome: authmethod.NotAttempted, Message: message}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *dryRun) stats() submit.Stats { return submit.Stats{} }
func (d *dryRun) status() pace.Status { return pace.Status{} }
func (d *dryRun) where() destination  { return d.to }

// newCarrier chooses once what carries the rows; nothing after it asks.
func (c *importCommand) newCarrier(rows *authmethod.Rows, logger zerolog.Logger) (carrier, error) {
	switch {
	case c.dryRun && c.simulate:
		return &dryRun{rows, destination{words: "the simulator"}}, nil
	case c.dryRun:
		return &dryRun{rows, destination{words: "the tenant"}}, nil
	case c.simulate:
		return c.newSimulated(rows, logger)
	}
	config, err := c.tenant.config(c.process)
	if err != nil {
		return nil, err
	}
	config.Connections, config.Version, config.Logger = c.pace.workers, version(), logger
	words := "the credential's tenant"
	if config.Credential.TenantID != "" {
		words = "tenant " + config.Credential.TenantID
	}
	if config.Endpoint != "" {
		words += " at " + config.Endpoint
	}
	return newSending(config, c.pace, rows, words)
}

// newSimulated talks to the embedded simulator the way it would talk to Graph,
// sign-in included; only the connection is in process.
func (c *importCommand) newSimulated(rows *authmethod.Rows, logger zerolog.Logger) (carrier, error) {
	config, err := c.simulator.config()
	if err != nil {
		return nil, err
	}
	app := login.Client{ID: "simulated", Secret: "simulated"}
	if len(config.Clients) > 0 {
		app = config.Clients[0]
	}
	simulated, err := newSending(graph.Config{
		Cloud: graph.CloudGlobal, Transport: graphsim.New(config).Transport(), Connections: c.pace.workers, Version: version(), Logger: logger,
		Credential: graph.CredentialConfig{
			Kind: graph.AuthSecret, TenantID: "simulated", ClientID: app.ID, ClientSecret: graph.NewSecret(cmp.Or(app.Secret, "simulated")),
		},
	}, c.pace, rows, "the simulator")
	if err != nil {
		return nil, err
	}
	simulated.to.endpoint = "simulator" // not the address it is reached by in process
	return simulated, nil
}
