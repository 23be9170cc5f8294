"""What leaves or enters a node as a whole: backups now, bundles and links later."""
