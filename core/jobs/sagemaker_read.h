// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"
#include "core/jobs/sagemaker_names.h"

/// Readers of a description's values. Their errors are of kind Spec and name the JSON path `where`.
namespace core::jobs::sagemaker {

base::Error wrongAt(const std::string& where, std::string message, std::string advice);
/// Whether it is an object with none but these keys.
base::Status knownKeys(const base::Value& object, const std::string& where, const Names& known);
base::Result<std::int64_t> wholeAt(const base::Value& value, const std::string& where, std::int64_t least);
base::Result<std::string> textAt(const base::Value& value, const std::string& where);
base::Result<std::string> optionAt(const base::Value& value, const std::string& where, const Names& options);
/// A number, also as a text: so SageMaker writes the ends of ranges.
base::Result<base::Value> numberAt(const base::Value& value, const std::string& where, bool whole);

}
