// SPDX-License-Identifier: GPL-3.0-or-later
// What can be seen of a run that speaks for a cause: each makes a piece of evidence for Cause.
#pragma once

#include "core/debug/causes.h"

#include <initializer_list>

namespace core::debug::clue {

/// Another rule had fired by then, of this class.
Look fired(const char* rule);

/// The rate against what the optimizer usually takes: at least 3 times that, at most a tenth of it.
Look rateHigh();
Look rateLow();
/// train/lr has fallen below a hundredth of its first value.
Look rateDied();
/// The median of ‖update‖ / ‖weight‖; about 1e-3 is usual.
Look updatesAbove(double share);
Look updatesBelow(double share);
Look momentumAbove(double least);

Look batchBelow(std::int64_t rows);
/// An epoch has so few steps.
Look epochOf(std::int64_t steps);
Look unshuffled();

/// Nothing brings the inputs to one scale; against it where something does.
Look unnormalized();
/// A number of what the network was given or of anything else, against a bound: `input_0 abs_max`.
Look above(const char* figure, double bound);
Look below(const char* figure, double bound);
/// So many times its first value.
Look grewBy(const char* figure, double times);
/// Below this share of its first value.
Look fellTo(const char* figure, double share);
/// Its least value lies more than an epoch back.
Look bestPassed(const char* figure);

/// The network has at least so many layers of these types; where it has none, that speaks against it.
Look layers(std::initializer_list<const char*> types, std::int64_t least = 1);
/// Speaks against it where the network has no such layer.
Look none(std::initializer_list<const char*> types);
Look recurrent();
/// So many layers of weights and nothing that normalizes between them.
Look deepWithoutNorm(std::int64_t least);
/// All hidden layers together have at most so many neurons.
Look neuronsAtMost(std::int64_t count);
/// More weights than training rows, by this factor.
Look weightsPerRow(double factor);
Look frozen();
/// `model.init` that makes weights too wide, too narrow, or all alike.
Look initWide();
Look initNarrow();
Look initAlike();

/// A setting is at least this.
Look settingAbove(const char* path, double least, double weight = 0.5);
/// A setting is one of these words.
Look settingIs(const char* path, std::initializer_list<const char*> words, double weight = 0.6);
/// A setting is null, zero, empty or not there.
Look without(const char* path, double weight = 0.3);
/// Neither dropout nor decay nor augmentation; against it where one of them is.
Look unregularized();
/// Nothing makes up for rare classes; against it where something does.
Look unweighted();
Look augmented();
/// Early stopping waits for fewer evaluations than this.
Look patienceBelow(std::int64_t evaluations);

}
