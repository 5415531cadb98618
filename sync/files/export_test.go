package files

// DiskFault lets the test ask what a full disk becomes: filling one is not a
// thing to do to the machine that runs the tests.
var DiskFault = diskFault
