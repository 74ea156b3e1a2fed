// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/session/session.h"
#include "core/store/run_record.h"

namespace core::session {

/// Where a replay parts from the record.
struct FirstDifference {
    std::int64_t step = 0; ///< updates done when it shows
    std::string tensor;    ///< the first that differs, in the network's order
    std::string cause;     ///< `threads`, `instruction_set`, `device`, `library`, `settings`, `record`, …
    std::string message;   ///< what was found, in words
};

/// What the bits of a run depend on besides its spec and its edits.
struct Surroundings {
    std::string torch, instructions, device;
    std::int64_t threads = 1;

    bool operator==(const Surroundings&) const = default;
};

/// A run on the way from the first weights to the certified one: its ancestors, then itself.
struct Stage {
    std::string run;
    std::int64_t begins = 0; ///< updates done by the one before
    std::int64_t threads = 1;
    base::Value spec;
    base::Array edits; ///< that were made from `begins` on
};

/// What training a run again has shown.
struct Certificate {
    std::string run;
    bool identical = false;
    std::int64_t from = 0, to = 0;      ///< updates done at both ends
    std::int64_t stepsChecked = 0;      ///< steps whose weight digests were compared
    std::int64_t keyframesChecked = 0;  ///< checkpoints on the disk that were compared as well
    std::int64_t identicalThrough = -1; ///< the last step that was compared and equal
    std::optional<FirstDifference> first;
    Surroundings recorded, here;
    std::string digest;             ///< of the weights at `to`, as trained here
    std::vector<std::string> notes; ///< what could not be shown, and why
    std::string data;               ///< digest of training rows
    std::vector<Stage> stages;      ///< all that is needed to train it once more; empty if an ancestor is gone
    std::vector<std::string> tensors;
    /// Some steps, the last one among them, with a digest for each of `tensors`.
    std::vector<std::pair<std::int64_t, std::vector<std::uint32_t>>> samples;
};

/// Trains from the keyframe at or before `from` (−1: the first) to `to` (−1: the end) and compares digests of the
/// weights with those that the run recorded.
base::Result<Certificate> certify(const std::filesystem::path& run, std::int64_t from, std::int64_t to,
                                  const Going& going = {});

/// Checks a certificate without the run: trains from the first weights as its stages say and compares with its samples.
/// An error if the file was changed since it was written.
base::Result<Certificate> checkCertificate(const std::filesystem::path& file, const std::string& device,
                                           const Going& going = {});

/// `identical`, `steps_checked`, `first_difference`, …; with a check sum over all of it.
base::Value toValue(const Certificate& certificate);
base::Value toValue(const FirstDifference& first);
/// The first step and tensor at which two runs part, as far as they recorded it; nothing if they are equal as long as
/// both go.
std::optional<FirstDifference> firstDifference(const store::RunRecord& one, const store::RunRecord& other);

/// One or two sentences.
std::string describe(const Certificate& certificate);

}
