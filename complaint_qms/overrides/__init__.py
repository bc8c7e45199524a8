"""Events of other apps' DocTypes, and doors of the framework that ask our permissions first."""
