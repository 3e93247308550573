package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"entraphone/internal/authmethod"
)

// shard is the part of a file's users that one of several machines carries. Its zero
// value is all of them.
type shard struct {
	index, of int
	getenv    func(string) string
}

var _ pflag.Value = (*shard)(nil)

func (s *shard) String() string {
	if s.of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.index, s.of)
}

// Type is the value's name in the help.
func (*shard) Type() string { return "I/N" }

// maxShards is more than anybody has app registrations.
const maxShards = 1024

// inJob stands for a shard that the environment tells: that of a pod of an Indexed Job,
// see https://kubernetes.io/docs/tasks/job/indexed-parallel-processing-static/. How many
// there are is told by nobody but the Job's own manifest.
const inJob = "job"

// Set reads "2/8", the third of eight.
func (s *shard) Set(text string) error {
	if text == inJob {
		if text = s.getenv("JOB_COMPLETION_INDEX") + "/" + s.getenv("JOB_COMPLETION_COUNT"); len(text) < len("0/1") {
			return errors.New("set JOB_COMPLETION_INDEX and JOB_COMPLETION_COUNT")
		}
	}
	index, of, both := strings.Cut(text, "/")
	i, wrong := strconv.Atoi(index)
	n, alsoWrong := strconv.Atoi(of)
	switch {
	case !both || wrong != nil || alsoWrong != nil:
		return errors.New("give the number of this one, from 0, and of all, as in 2/8")
	case n < 1 || n > maxShards:
		return fmt.Errorf("there are 1 to %d shards", maxShards)
	case i < 0 || i >= n:
		return fmt.Errorf("the shards of %d are numbered from 0 to %d", n, n-1)
	}
	s.index, s.of = i, n
	return nil
}

// users tells whose lines are this one's, nil for all.
func (s *shard) users() func(string) bool {
	if s.of <= 1 {
		return nil
	}
	return func(user string) bool {
		return int(authmethod.UserHash(user)>>32%uint64(s.of)) == s.index
	}
}

// name is added to names of files that the shards must not share; empty for all.
func (s *shard) name() string {
	if s.of == 0 {
		return ""
	}
	return fmt.Sprintf("-shard-%d-of-%d", s.index, s.of)
}
