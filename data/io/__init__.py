"""Readers and writers of tables: files, folders, addresses, databases."""
