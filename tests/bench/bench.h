// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/value.h"

#include <functional>
#include <string>
#include <vector>

namespace bench {

/// A benchmark: figures by name, measured side by side with its peer in one run.
struct Benchmark {
    std::string name;
    std::string help;
    std::function<core::base::Result<core::base::Object>()> run;
};

core::base::Result<core::base::Object> stepMlp();
core::base::Result<core::base::Object> stepCnn();
core::base::Result<core::base::Object> stepResnet();
core::base::Result<core::base::Object> stepLstm();
core::base::Result<core::base::Object> stepTransformer();
core::base::Result<core::base::Object> ddp();
core::base::Result<core::base::Object> loader();
core::base::Result<core::base::Object> smote();
core::base::Result<core::base::Object> stream();
core::base::Result<core::base::Object> csv();
core::base::Result<core::base::Object> jpeg();
core::base::Result<core::base::Object> boost();
core::base::Result<core::base::Object> metrics();
core::base::Result<core::base::Object> start();
core::base::Result<core::base::Object> window();
core::base::Result<core::base::Object> keyframe();
core::base::Result<core::base::Object> seek();
core::base::Result<core::base::Object> capture();
core::base::Result<core::base::Object> histograms();
core::base::Result<core::base::Object> averaging();
core::base::Result<core::base::Object> incremental();
core::base::Result<core::base::Object> gpu();
core::base::Result<core::base::Object> transfer();
core::base::Result<core::base::Object> tune();
core::base::Result<core::base::Object> batched();
core::base::Result<core::base::Object> profile();
core::base::Result<core::base::Object> rules();

/// How long each step of an experiment (JSON) takes as a run of its own on `device`, everything recorded; in seconds.
core::base::Result<std::vector<double>> stepSeconds(const std::string& text, const std::string& device);
double perSecond(const std::vector<double>& seconds);
/// The same as steps a second.
core::base::Result<double> stepsPerSecond(const std::string& text, const std::string& device);

/// Steps a second of the same network in a bare LibTorch loop, with nothing recorded.
double bareMlpStepsPerSecond(int steps);
double bareCnnStepsPerSecond(int steps);

/// What the Python peer prints for `name`; an error where Python lacks what it needs.
core::base::Result<double> peer(const std::string& name, int steps);

double median(std::vector<double> values);

}
