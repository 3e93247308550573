// Package submit carries every task of a plan to its final outcome, with several
// workers, through a [Sender] and under the pace of a [pace.Pacer].
//
// It decides what an answer means: done, refused for good, to be sent again, or
// lost. A write whose answer was lost is never repeated blindly: the phone is
// read, by its constant id, and compared by meaning; where no phone is shown
// yet, the answer to a second create, or to a removal, decides. Before an update or
// a removal the phone is read in any case, so that only a number goes that may go,
// and that it is known which one. What may have been carried out is never called
// failed. It does not know HTTP, files or the clock's absolute time.
//
// A run may have several channels, each an app registration with a budget of its own. A
// user stays with one; one that ends hands its lanes to the others, with what is in
// doubt about them.
//
// A [Planner] in the place of the Sender makes of the same run a plan: nothing else
// decides what would be done.
//
// Its one invariant: at most one step of a lane (one user) is in flight. A lane
// is either waiting in the queue or in the hands of one worker, never both, and
// its next step comes into being only when the one before has its answer. So any
// set of lane heads is independent: a batch of them needs no dependsOn, an
// alternateMobile is not created before its mobile, and a mobile is not removed
// before its alternateMobile.
package submit

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"entraphone/internal/authmethod"
	"entraphone/internal/pace"
)

// Sender carries steps to Graph. Package graph has the one for Graph; a dry run
// is another. Whoever implements it cannot tell a first attempt from a later
// one, and need not.
type Sender interface {
	// Send sends steps, all of different users, in one request, and returns one
	// answer for each, in their order, also together with an error. It neither
	// retries nor waits. An error means that the whole run cannot go on, such
	// as refused credentials; what went wrong with single steps is in
	// their answers. Send is called concurrently. When ctx is done it returns
	// soon, and steps that were on their way are Lost.
	Send(ctx context.Context, steps []authmethod.Step) ([]authmethod.Answer, error)
}

// Recorder keeps what becomes of the rows. An error of either method ends the
// run: without a record nobody could say what was sent. The command's puts them
// into the journal and into the results.
type Recorder interface {
	// Intent is told the writes that are about to be sent, and returns when that
	// is safe on disk. It is called concurrently. A write that is sent before
	// that could be forgotten in a crash. Reads change nothing and are not told.
	Intent(writes []authmethod.Write) error
	// Outcome is told the final result of a row, once. It is called by one
	// goroutine at a time. Rows that are held back behind another are told as
	// well; rows that the run has not come to are not.
	Outcome(row authmethod.RowNumber, result authmethod.Result) error
}

// Config bounds a run. The command checks the values; nothing here does.
type Config struct {
	Workers     int           // requests in flight at a time
	BatchSize   int           // steps in a request, 1 to 20; 1 sends plain requests
	MaxAttempts int           // writes of one row that get no answer, and reads after them
	GiveUpAfter time.Duration // how long nothing at all may go forward, or a row while others do
	Grace       time.Duration // how long requests in flight may finish after a stop

	// NewUsers has a create that finds no such user sent again, spaced, since Graph
	// does not know a user everywhere at once.
	NewUsers bool

	// KeepLast keeps removals from taking the only method by which a user can prove
	// who they are.
	KeepLast bool

	// Compare compares a number with one that Graph shows, by meaning, and Number
	// reads that; it is zero for one that is masked.
	Compare func(n authmethod.PhoneNumber, shown string) authmethod.Comparison
	Number  func(shown string) authmethod.PhoneNumber

	// Window tells whether anything may be sent at a time, and until when that is so.
	// Nil lets it be sent at any. A run that comes to the end of a window waits for the
	// next; that is no time in which nothing goes forward.
	Window func(time.Time) (open bool, until time.Time)

	// Jitter spreads waiting times; it returns values in [0, 1).
	Jitter func() float64
}

// Submitter carries one run. Its fields but the counters are set before Run. It
// is used for one Run.
type Submitter struct {
	Config
	// Channels are one at least. Each user's lane is carried by one of them, chosen
	// by a hash of the user, and by another from the time on when that one ends.
	Channels []Channel
	Recorder Recorder
	// Ended is told of a channel that is refused, or by which nothing goes forward any
	// more, while there are others that go on, one at a time. It may be nil where there is
	// one only.
	Ended func(channel string, why error)
	Rows  *authmethod.Rows

	// Expected are the numbers that stood there when it was decided what is to be
	// done, zero for none: the updates and removals of these rows may replace nothing
	// else, and a read that shows what is wanted already may be an old one. Nobody may
	// change it meanwhile.
	Expected map[authmethod.RowNumber]authmethod.PhoneNumber

	// Registered are rows of whose phone it is known that one of its type stands
	// there, so that it is read before anything is written. It may be nil, and may be
	// wrong at the price of a request.
	Registered func(authmethod.RowNumber) bool

	// Earlier is what an earlier attempt at the run did about rows that are
	// taken up again. It is read by all workers, and nobody may change it
	// meanwhile.
	Earlier map[authmethod.RowNumber]Earlier

	settler  settler
	standing share
	channels channels
	outcomes sync.Mutex // serializes Recorder.Outcome and Ended
}

// Stats counts what was sent so far. Attempts at the same row count one by one.
// They are of this run's process only.
type Stats struct {
	Operations int64         // steps that left this machine
	Throttled  int64         // steps that were answered 429
	Lost       int64         // steps that got no usable answer
	ReadBacks  int64         // steps that read a phone back
	Paused     time.Duration // outside of the window
}

// Stats are those of all channels. It may be called at any time behind the beginning
// of Run.
func (s *Submitter) Stats() Stats { return s.channels.stats() }

// Run sends the lanes and returns when every row of them has an outcome, or
// when going on is pointless. Rows without an outcome were then never sent.
//
// When ctx is cancelled nothing more is sent; requests in flight may finish
// within Grace, and Run returns the cause. Other errors are those of the Sender
// and the Recorder, [*RefusedError], [*StalledError] and [*UnreachableError].
// Rows that were in doubt when the run ended have the outcome unknown. After
// Grace the requests in flight are cut off, and count as lost. So are those that are
// not answered by the time that GiveUpAfter leaves.
func (s *Submitter) Run(ctx context.Context, lanes []authmethod.Lane) error {
	s.settler = settler{&s.Config, s.Rows, s.Expected, s.Earlier}
	for n, of := range s.Channels {
		s.channels = append(s.channels, &channel{Channel: of, n: n, health: health{progress: time.Now()}})
	}
	q := newQueue(lanes, len(s.channels), s.Rows, s.begin)
	g, gctx := errgroup.WithContext(ctx)
	// Requests have a context of their own: a stop ends the taking of work at
	// once, and cuts requests off only after Grace.
	flight, land := context.WithCancel(context.WithoutCancel(gctx))
	defer land()
	stop := context.AfterFunc(gctx, func() { time.AfterFunc(s.Grace, land) })
	defer stop()
	for _, c := range s.channels {
		for range s.Workers {
			g.Go(func() error {
				err := s.work(gctx, flight, q, c)
				if own := (ended{}); errors.As(err, &own) {
					return c.end(gctx, q, own.error, s.tellEnded)
				}
				return err
			})
		}
	}
	err := g.Wait()
	// No worker runs any more, so the queue needs no lock from here on.
	err = cmp.Or(err, s.settleRest(q))
	switch {
	case err != nil:
		return err
	case q.done():
		return s.channels.verdict(q, s.Ended)
	}
	return context.Cause(ctx) // the parent's: gctx is always cancelled by now
}

// tellEnded tells of channels one at a time: several may end at once.
func (s *Submitter) tellEnded(channel string, why error) {
	s.outcomes.Lock()
	defer s.outcomes.Unlock()
	s.Ended(channel, why)
}

// work takes batches of a channel and sends them until nothing is left. It is correct
// to run it many times at once because a lane is in one batch at most, and what the
// workers share (queue, pacer, recorder) locks for itself. It takes as many
// lanes as a request may carry, and gives back those for which the pace has no
// room.
func (s *Submitter) work(ctx, flight context.Context, q *queue, c *channel) error {
	deadline := func() time.Time { return c.health.deadline(s.GiveUpAfter) }
	for {
		batch := q.take(ctx, c.n, s.BatchSize, deadline)
		switch {
		case ctx.Err() != nil || len(batch) == 0 && q.finished(c.n):
			q.giveBack(c.n, batch...)
			return nil
		case len(batch) == 0:
			// Nothing will go forward before the deadline.
			return c.over(deadline(), s.GiveUpAfter)
		}
		end := deadline()
		if s.Window != nil {
			open, until := s.Window(time.Now())
			if !open {
				q.giveBack(c.n, batch...)
				c.pause(ctx, q, until)
				continue
			}
			end = earlier(end, until)
		}
		waiting, cancel := context.WithDeadline(ctx, end)
		allowed, err := c.Pacer.Wait(waiting, reads(batch))
		cancel()
		q.giveBack(c.n, batch[allowed:]...)
		batch = batch[:allowed]
		if err != nil {
			if ctx.Err() != nil {
				return nil
			}
			// Something may have gone forward meanwhile.
			if err := c.over(time.Now(), s.GiveUpAfter); err != nil {
				return err
			}
			continue
		}
		if err := s.send(flight, q, c, batch); err != nil {
			return err
		}
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// reads tells which lanes send a read next.
func reads(batch []*lane) (reads []bool) {
	for _, l := range batch {
		reads = append(reads, !l.verb.Writes())
	}
	return reads
}

// begin is a lane whose first task comes next. What may have been done already
// is looked at first, and so is a phone before it is updated or taken away: it may
// be another one by now. Where a user's last method has to stay, all that the user has
// is looked at. So it is where phones mostly stand there already: a create that is
// refused costs as much as the read that explains it. A lane without tasks is one that
// is done.
func (s *Submitter) begin(tasks authmethod.Lane) *lane {
	l := &lane{tasks: tasks}
	if len(tasks) == 0 {
		return l
	}
	task := tasks[0]
	earlier := s.Earlier[l.row()]
	l.doubt, l.as, l.previous = earlier.Doubt, earlier.Write.As, earlier.Write.Previous
	l.changing = task.Verb == authmethod.Create && !l.previous.IsZero()
	l.gone = earlier.Gone
	l.lost, l.verb, l.look = l.doubt, task.Verb, authmethod.Read
	switch removes := task.Verb == authmethod.Delete; {
	case removes && s.KeepLast:
		l.look = authmethod.ReadMethods
	case removes && task.Existing == authmethod.OverwriteExisting:
		l.look = authmethod.ReadPhones
	}
	if l.doubt || l.verb != authmethod.Create || s.standing.likely() || s.Registered != nil && s.Registered(l.row()) {
		l.verb = l.look
	}
	return l
}

// next is the lane behind its head, with what is known of the user.
func (s *Submitter) next(l *lane) *lane {
	behind := s.begin(l.tasks[1:])
	for rank, gone := range behind.gone {
		l.gone[rank] = l.gone[rank] || gone
	}
	behind.known, behind.channel = l.known, l.channel
	return behind
}

// send carries one batch, and settles or gives back every lane of it. The intent
// comes before everything else, the verdict on the channel as a whole behind
// everything else.
func (s *Submitter) send(ctx context.Context, q *queue, c *channel, batch []*lane) error {
	steps, writes := s.steps(batch)
	if len(writes) > 0 {
		if err := s.Recorder.Intent(writes); err != nil {
			// Nothing has left, so the lanes are as they were.
			q.giveBack(c.n, batch...)
			return err
		}
	}
	limited, cancel := context.WithDeadline(ctx, c.health.deadline(s.GiveUpAfter))
	defer cancel()
	c.health.sending()
	sentAt := time.Now()
	for _, l := range batch {
		l.sending(sentAt)
	}
	answers, failure := c.Sender.Send(limited, steps)
	if ctx.Err() == nil && limited.Err() != nil && errors.Is(failure, limited.Err()) {
		failure = nil // the answers tell, and the verdict is ours
	}
	s.observe(c, sentAt, steps, answers)
	var err error
	for i, l := range batch {
		err = cmp.Or(err, s.conclude(q, c, l, answers[i]))
	}
	if err == nil && failure != nil {
		err = ended{failure}
	}
	return cmp.Or(err, c.over(time.Now(), s.GiveUpAfter))
}

// steps are what the lanes want to send next, and the writes among them. A phone is
// read and removed by its type alone.
func (s *Submitter) steps(batch []*lane) (steps []authmethod.Step, writes []authmethod.Write) {
	for _, l := range batch {
		row := s.Rows.At(l.row())
		step := authmethod.Step{Row: l.row(), Verb: l.verb, User: s.Rows.Address(row), PhoneType: s.settler.phoneType(l)}
		if l.verb == authmethod.Create || l.verb == authmethod.Update {
			step.Number = row.Number
		}
		if l.verb.Writes() {
			write := authmethod.Write{Row: l.row(), Verb: l.verb, As: l.as}
			if l.verb == authmethod.Update || l.verb == authmethod.Delete {
				write.Previous = l.previous
			}
			writes = append(writes, write)
		}
		steps = append(steps, step)
	}
	return steps, writes
}

// observe tells the pacer and the health what a request brought. What is asked of the
// whole tenant holds for every channel.
func (s *Submitter) observe(c *channel, sentAt time.Time, steps []authmethod.Step, answers []authmethod.Answer) {
	c.health.heard(steps, answers)
	c.Pacer.Observe(feedback(sentAt, steps, answers))
	if !slices.ContainsFunc(answers, func(a authmethod.Answer) bool { return a.TenantWide }) {
		return
	}
	until := c.Pacer.Status().Until
	for _, other := range s.channels {
		if other != c {
			other.Pacer.Hold(until, pace.Throttled)
		}
	}
}
