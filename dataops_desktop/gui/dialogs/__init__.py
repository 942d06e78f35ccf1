"""Dialog controllers; every dialog opens with open(), never exec()."""
