module github.com/eddy-go/eddy

go 1.26.0

require golang.org/x/sys v0.49.0

require github.com/urfave/cli/v3 v3.14.0

require pgregory.net/rapid v1.3.0

require golang.org/x/net v0.62.0

require github.com/HdrHistogram/hdrhistogram-go v1.4.0
