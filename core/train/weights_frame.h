// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/train/engine.h"

namespace core::train {

/// How the engine's weights are spread now, tensor by tensor, and the values of a first layer that makes a picture.
/// For networks.
events::WeightsFrame weightsFrame(const Engine& engine);

}
