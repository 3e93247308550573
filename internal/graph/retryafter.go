package graph

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxRetryAfter is the longest wait that is believed. Graph asks for seconds
// or minutes; after an hour it is better to ask again than to obey.
const maxRetryAfter = time.Hour

// retryAfter reads a Retry-After header: seconds, whole or with a fraction, or
// an HTTP date. A date is measured from the answer's own Date header, so that a
// wrong clock here does no harm, and from now where there is none.
//
// Fractions are rounded up to whole seconds: cutting "0.249" off to 0 means to
// ask again at once. What is absent, negative, past or garbage gives 0, "did
// not say"; more than [maxRetryAfter] gives that.
func retryAfter(value, date string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) { // also NaN
			return 0
		}
		return time.Duration(math.Ceil(min(seconds, maxRetryAfter.Seconds()))) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if answered, err := http.ParseTime(date); err == nil {
		now = answered
	}
	return min(max(until.Sub(now), 0), maxRetryAfter)
}
