#pragma once

#include <utility>

namespace rootpool::core {

template <typename Signature>
class Delegate;

/// A call to one member function of one object: two words, never allocates. `Delegate<void()>::to<&Nic::poll>(nic)`.
template <typename Result, typename... Arguments>
class Delegate<Result(Arguments...)> {
public:
    constexpr Delegate() noexcept = default;

    template <auto Method, typename Object>
    [[nodiscard]] static constexpr Delegate to(Object& object) noexcept {
        Delegate delegate;
        delegate.object_ = &object;
        delegate.call_ = [](void* target, Arguments... arguments) -> Result {
            return (static_cast<Object*>(target)->*Method)(std::forward<Arguments>(arguments)...);
        };
        return delegate;
    }

    Result operator()(Arguments... arguments) const { return call_(object_, std::forward<Arguments>(arguments)...); }
    explicit constexpr operator bool() const noexcept { return call_ != nullptr; }

private:
    void* object_ = nullptr;
    Result (*call_)(void*, Arguments...) = nullptr;
};

} // namespace rootpool::core
