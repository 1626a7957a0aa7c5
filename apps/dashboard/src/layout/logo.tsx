export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="#0b6f9c" />
      <path d="M15 6v13H6z" fill="#fff" />
      <path d="M17 10l8 9h-8z" fill="#bfe6f5" />
      <path d="M5 21h22l-3.2 5H8.2z" fill="#fff" />
    </svg>
  )
}
