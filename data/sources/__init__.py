"""What comes from outside: files of maps, read without trusting them."""
