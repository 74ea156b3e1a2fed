// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "tests/support/temp_folder.h"

namespace tests {

/// An experiment on a source with some of its parameters set.
inline core::spec::Experiment experimentOn(const std::string& source, core::base::Object params = {})
{
    core::spec::Experiment experiment;
    experiment.data.source = {source, std::move(params)};
    return experiment;
}

/// An experiment on a file of the user's.
inline core::spec::Experiment experimentOnFile(const std::filesystem::path& file)
{
    return experimentOn("file", {{"path", file.string()}});
}

/// The values of a float tensor, row-major.
inline std::vector<float> floatsOf(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

inline std::vector<std::int64_t> longsOf(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.contiguous();
    return {flat.const_data_ptr<std::int64_t>(), flat.const_data_ptr<std::int64_t>() + flat.numel()};
}

}
