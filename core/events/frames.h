// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace core::events {

/// Class probabilities over a plane of two features, at a step.
struct SurfaceFrame {
    std::int64_t step = 0, epoch = 0;
    std::int64_t width = 0, height = 0;              ///< cells
    double left = 0, right = 1, bottom = 0, top = 1; ///< in the features' own units
    std::vector<float> values; ///< row-major from the bottom: the most likely class + its probability, see `classes`
    std::int64_t classes = 2;  ///< values holds `classes` probabilities a cell, class fastest; 1 for regression
};

/// Counts on the validation split: `counts[truth * classes + predicted]`.
struct ConfusionFrame {
    std::int64_t step = 0, epoch = 0;
    std::int64_t classes = 0;
    std::vector<std::int64_t> counts;
};

/// Some rows of the validation split with what the model says of them, the worst losses first.
struct PredictionFrame {
    struct Row {
        std::int64_t row = 0;  ///< in the data set
        double truth = 0;      ///< class or value
        double predicted = 0;  ///< class or value
        double confidence = 1; ///< probability of `predicted`
        double loss = 0;
    };
    std::int64_t step = 0, epoch = 0;
    std::vector<Row> rows;
};

/// The weights of a network at a step, tensor by tensor: how they are spread, and small first layers themselves.
struct WeightsFrame {
    struct Layer {
        std::string name; ///< as in the state dict
        std::vector<std::int64_t> shape;
        double min = 0, max = 0, mean = 0, std = 0, l2 = 0;
        std::int64_t zeros = 0, nan = 0, inf = 0;
        double low = 0, high = 0;         ///< the ends of the histogram: the least and the greatest that are finite
        std::vector<std::int64_t> counts; ///< of equal parts between them
        std::vector<float> values;        ///< row-major, where they make a picture; else empty

        std::int64_t count() const
        {
            std::int64_t all = 1;
            for (const std::int64_t length : shape)
                all *= length;
            return all;
        }
    };
    std::int64_t step = 0, epoch = 0;
    bool kept = false; ///< false: only for whoever is watching
    std::vector<Layer> layers;
};

/// One step in slow motion: what forward, backward and update each did.
struct StepTrace {
    struct Layer {
        std::string name;                            ///< of a parameter
        double weight = 0, gradient = 0, update = 0; ///< L2 norms: before, as it was used, of the change
    };
    std::int64_t step = 0, rows = 0;
    double loss = 0, accuracy = 0;        ///< forward, before the update
    double gradNorm = 0, clippedNorm = 0; ///< backward: L2 of all gradients; as the optimizer saw them
    double lr = 0, weightNorm = 0, updateNorm = 0;
    double lossAfter = 0; ///< of the same rows with the new weights
    double forwardSeconds = 0, backwardSeconds = 0, updateSeconds = 0;
    std::vector<Layer> layers;
};

/// XXH3, low 32 bits, of every tensor of the network with `step`, `step + every`, … updates done: what a replay
/// compares with. `values` holds one row of `tensors` digests a step.
struct WeightDigests {
    std::int64_t step = 0, every = 1, tensors = 0;
    std::vector<std::uint32_t> values;

    std::int64_t count() const { return tensors > 0 ? std::int64_t(values.size()) / tensors : 0; }
};

}
